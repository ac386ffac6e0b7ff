// @ts-check
/**
 * `npm run start`: a real installation. Web and worker under one supervisor, or by themselves (`-- web`, `-- worker`) for
 * those who have a supervisor of their own; `-- migrate` brings the database up to date and ends; `-- administrator EMAIL`
 * makes an administrator's account.
 */
import { DataFolder } from "./data-folder.mjs";
import { startControlServer } from "./parts/control-server.mjs";
import { createParts } from "./parts/parts.mjs";
import { repositoryRoot } from "./paths.mjs";
import { Refusal } from "./refusal.mjs";
import { readOptions } from "./session/command-options.mjs";
import { startEmbeddedDatabase } from "./session/embedded-database.mjs";
import { runInForeground } from "./session/foreground.mjs";
import { runCommand } from "./session/run-session.mjs";
import { studioEnvironment } from "./session/studio-environment.mjs";
import { webProcess, workerProcess } from "./session/studio-processes.mjs";
import { say } from "./session/terminal.mjs";
import { typescriptOptions } from "./steps/example-study.mjs";
import { ensureMigrations } from "./steps/migrations.mjs";
import { ensureNpmPackages } from "./steps/npm-packages.mjs";
import { ensurePrismaClient } from "./steps/prisma-client.mjs";
import { checkDisk, checkNodeVersion, checkPort } from "./steps/requirements.mjs";
import { ensureWebBuild } from "./steps/web-build.mjs";

const USAGE =
  "Usage: npm run start -- [web | worker | migrate | administrator EMAIL]\n" +
  "       [--port 3210] [--host 127.0.0.1] [--data FOLDER] [--embedded] [--local-parts]\n" +
  "  DATABASE_URL   the PostgreSQL server (version 15 or later); --embedded brings one along instead\n" +
  "  STUDIO_URL     the address under which people reach the studio, such as https://studio.example.org\n" +
  "  administrator  makes the first administrator's account, or gives one a new password; beside --embedded end the studio first\n" +
  "  --local-parts  also offers a one-node Ray and the small local LLM on this machine, started when first needed";

await runCommand(async (openSession) => {
  const options = readOptions(process.argv.slice(2), { usage: USAGE, flags: ["embedded", "local-parts"] });
  const [only, ...further] = options.words;
  const known = !only || ["web", "worker", "migrate", "administrator"].includes(only);
  if (!known || further.length !== (only === "administrator" ? 1 : 0)) {
    throw new Refusal(`'${options.words.join(" ")}' cannot be started.\n${USAGE}`);
  }
  checkNodeVersion();
  const given = process.env.DATABASE_URL;
  const embedded = options.flags.has("embedded");
  if (embedded && only && only !== "administrator") {
    throw new Refusal(`--embedded goes with web and worker together, not with '${only}' alone.`);
  }
  if (!embedded && !given) {
    throw new Refusal(
      "DATABASE_URL is not set. Set it to a PostgreSQL server (postgresql://user:password@host/database), " +
        "or start with --embedded.",
    );
  }
  const dataFolder = new DataFolder(options.data);
  await checkDisk(dataFolder.path);
  if (only === "web" || only === "worker") return startAlone(only, dataFolder, String(given), options);
  if (only === "administrator" && !embedded) return makeAdministrator(dataFolder, String(given), options);

  const session = await openSession(dataFolder, { echoed: only !== "administrator" });
  if (!only) await checkPort(options.port, "npm run start --", options.host);
  await ensureNpmPackages(session);
  await ensurePrismaClient(session);
  const databaseUrl = embedded ? (await startEmbeddedDatabase(session)).url : String(given);
  await ensureMigrations(session, databaseUrl);
  if (only === "migrate") {
    say("The database is up to date.");
    return session.end();
  }
  if (only === "administrator") {
    await makeAdministrator(dataFolder, databaseUrl, options);
    return session.end();
  }
  await ensureWebBuild(session);
  const control = options.flags.has("local-parts") ? await offerParts(session, options) : undefined;
  const environment = productionEnvironment(dataFolder, databaseUrl, options, control);
  await session.start(workerProcess({ environment }));
  await session.start(webProcess({ environment, ...options }));
  session.announce(String(environment.STUDIO_URL));
  say(`The studio serves ${environment.STUDIO_URL} (listening on ${options.host}:${options.port}).`);
});

/**
 * @param {import("./session/session.mjs").Session} session
 * @param {ReturnType<typeof readOptions>} options
 */
async function offerParts(session, options) {
  const parts = createParts(session, options);
  const control = await startControlServer(parts);
  session.beforeEnd(control.close);
  void parts.get("models")?.ensure();
  return control;
}

/**
 * @param {DataFolder} dataFolder
 * @param {string} databaseUrl
 * @param {ReturnType<typeof readOptions>} options
 * @param {{ url: string, token: string }} [control]
 */
function productionEnvironment(dataFolder, databaseUrl, { host, port }, control) {
  return studioEnvironment({ mode: "production", dataFolder, databaseUrl, url: `http://${host}:${port}`, control });
}

/**
 * @param {"web" | "worker"} only
 * @param {DataFolder} dataFolder
 * @param {string} databaseUrl
 * @param {ReturnType<typeof readOptions>} options
 */
async function startAlone(only, dataFolder, databaseUrl, options) {
  const environment = productionEnvironment(dataFolder, databaseUrl, options);
  if (only === "web") await checkPort(options.port, "npm run start -- web", options.host);
  process.exitCode = await runInForeground(
    only === "web" ? webProcess({ environment, ...options }) : workerProcess({ environment }),
  );
}

/**
 * @param {DataFolder} dataFolder
 * @param {string} databaseUrl
 * @param {ReturnType<typeof readOptions>} options
 */
async function makeAdministrator(dataFolder, databaseUrl, options) {
  process.exitCode = await runInForeground({
    command: process.execPath,
    args: [...typescriptOptions, "lib/auth/print-administrator.ts", String(options.words[1])],
    environment: productionEnvironment(dataFolder, databaseUrl, options),
    folder: repositoryRoot,
  });
}
