// @ts-check
import { step } from "./terminal.mjs";

/**
 * Starts the embedded PostgreSQL as a part of the session.
 * @param {import("./session.mjs").Session} session
 * @returns {Promise<{ url: string, created: boolean }>}
 */
export function startEmbeddedDatabase(session) {
  const { dataFolder, surroundings } = session;
  return step("Starting PostgreSQL", async () => {
    // Needs npm's packages, which a fresh clone does not have when the supervisor begins.
    const { startPostgres } = await import("../postgres/server.mjs");
    const server = await startPostgres({
      folder: dataFolder.postgres,
      password: dataFolder.secrets.postgresPassword,
      choosePort: () => dataFolder.rememberedPort("postgres"),
      lasting: true,
      surroundings,
    });
    session.watch(server.process);
    return { url: server.url, created: server.created };
  });
}
