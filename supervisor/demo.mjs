// @ts-check
/**
 * `npm run demo`: the whole studio on this machine, from a fresh clone to an address in the browser, without anything
 * to install by hand. Only Node's own modules are imported before npm's packages are there.
 */
import { join } from "node:path";
import { DataFolder } from "./data-folder.mjs";
import { startControlServer } from "./parts/control-server.mjs";
import { createParts } from "./parts/parts.mjs";
import { repositoryRoot } from "./paths.mjs";
import { findPython } from "./python/find-python.mjs";
import { readOptions } from "./session/command-options.mjs";
import { startEmbeddedDatabase } from "./session/embedded-database.mjs";
import { runCommand } from "./session/run-session.mjs";
import { studioEnvironment } from "./session/studio-environment.mjs";
import { hasWorker, webProcess, workerProcess } from "./session/studio-processes.mjs";
import { box, step } from "./session/terminal.mjs";
import { ensureExampleStudy } from "./steps/example-study.mjs";
import { ensureMigrations } from "./steps/migrations.mjs";
import { ensureNpmPackages } from "./steps/npm-packages.mjs";
import { ensurePrismaClient } from "./steps/prisma-client.mjs";
import { checkDisk, checkNodeVersion, checkPort } from "./steps/requirements.mjs";
import { ensureWebBuild } from "./steps/web-build.mjs";

const USAGE = "Usage: npm run demo -- [--port 3210] [--data FOLDER] [--idle-minutes 15] [--no-walk] [--verbose]";

await runCommand(async (openSession) => {
  const options = readOptions(process.argv.slice(2), { usage: USAGE, flags: ["no-walk", "verbose"] });
  checkNodeVersion();
  await findPython();
  const dataFolder = new DataFolder(options.data);
  await checkDisk(dataFolder.path);
  const session = await openSession(dataFolder, { echoed: options.flags.has("verbose") });
  await checkPort(options.port, "npm run demo --", options.host);
  await demonstrate(session, options);
});

/**
 * @param {import("./session/session.mjs").Session} session
 * @param {ReturnType<typeof readOptions>} options
 */
async function demonstrate(session, { port, host, idleMinutes, flags }) {
  const { dataFolder } = session;
  const url = `http://${host}:${port}`;
  const parts = createParts(session, { idleMinutes });
  const control = await startControlServer(parts);
  session.beforeEnd(control.close);
  // Minutes of work at low priority, while the rest goes on and the browser is already in use.
  void parts.get("models")?.ensure();

  await ensureNpmPackages(session);
  await ensurePrismaClient(session);
  const database = await startEmbeddedDatabase(session);
  const environment = {
    ...studioEnvironment({
      mode: "demo",
      dataFolder,
      databaseUrl: database.url,
      url,
      control,
      importRoots: [join(repositoryRoot, "example")],
    }),
    STUDIO_DEMO_PASSWORD: dataFolder.secrets.demoPassword,
    // Its runs take two cores for half an hour.
    STUDIO_WALK_EXAMPLE: flags.has("no-walk") ? "0" : "1",
  };
  await ensureMigrations(session, database.url);
  await ensureExampleStudy(session, { environment, databaseIsNew: database.created });
  await ensureWebBuild(session);
  await step("Starting web and worker", async () => {
    if (hasWorker()) await session.start(workerProcess({ environment }));
    await session.start(webProcess({ environment, host, port }));
  });
  session.announce(url);
  box([
    "DeFineMed Studio is running. Ctrl-C ends it.",
    "",
    `Address   ${url}`,
    ...accounts(dataFolder).map((email, index) => `${index === 0 ? "Sign in   " : "          "}${email}`),
    `Password  ${dataFolder.secrets.demoPassword}`,
    "",
    `Logs      ${dataFolder.logs}`,
  ]);
}

/**
 * The accounts that the example study has made; it lists them in `demo-accounts.json`.
 * @param {DataFolder} dataFolder
 * @returns {string[]}
 */
function accounts(dataFolder) {
  /** @type {{ email: string, role: string }[]} */
  const people = dataFolder.read("demo-accounts.json")?.accounts ?? [];
  return people.map(({ email, role }) => `${email}  (${role})`);
}
