// @ts-check
/**
 * Vitest's global set-up for tests with a database: one temporary PostgreSQL for the whole run, with a migrated template
 * from which `createTestDatabase()` copies. TEST_DATABASE_URL_BASE may name a server of one's own instead, whose user
 * must be allowed to create databases.
 */
import { migrateDatabase } from "../postgres/migrate.mjs";
import { startTemporaryPostgres } from "../postgres/temporary.mjs";
import { administer, SERVER_VARIABLE, TEMPLATE_NAME } from "./database.mjs";

export default async function setUp() {
  const server = process.env[SERVER_VARIABLE] ? undefined : await startTemporaryPostgres();
  const base = new URL(process.env[SERVER_VARIABLE] ?? server?.url ?? "");
  base.pathname = "/postgres";
  process.env[SERVER_VARIABLE] = base.toString();
  try {
    await administer(base.toString(), `DROP DATABASE IF EXISTS ${TEMPLATE_NAME} WITH (FORCE)`);
    await administer(base.toString(), `CREATE DATABASE ${TEMPLATE_NAME}`);
    const template = new URL(base);
    template.pathname = `/${TEMPLATE_NAME}`;
    await migrateDatabase(template.toString());
  } catch (error) {
    await server?.stop();
    throw error;
  }
  return async () => {
    delete process.env[SERVER_VARIABLE];
    await server?.stop();
  };
}
