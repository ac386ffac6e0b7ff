// @ts-check
/** `npm run dev`: the studio for those who work on it, reloading as files change. */
import { join } from "node:path";
import { DataFolder } from "./data-folder.mjs";
import { startControlServer } from "./parts/control-server.mjs";
import { createParts } from "./parts/parts.mjs";
import { repositoryRoot } from "./paths.mjs";
import { readOptions } from "./session/command-options.mjs";
import { startEmbeddedDatabase } from "./session/embedded-database.mjs";
import { runCommand } from "./session/run-session.mjs";
import { studioEnvironment } from "./session/studio-environment.mjs";
import { hasWorker, webProcess, workerProcess } from "./session/studio-processes.mjs";
import { say } from "./session/terminal.mjs";
import { ensureExampleStudy } from "./steps/example-study.mjs";
import { ensureMigrations } from "./steps/migrations.mjs";
import { ensureNpmPackages } from "./steps/npm-packages.mjs";
import { ensurePrismaClient } from "./steps/prisma-client.mjs";
import { checkDisk, checkNodeVersion, checkPort } from "./steps/requirements.mjs";

const USAGE =
  "Usage: npm run dev -- [--port 3210] [--data FOLDER] [--idle-minutes 15] [--no-example]\n" +
  "DATABASE_URL, when set, takes the place of the embedded PostgreSQL.";

await runCommand(async (openSession) => {
  const options = readOptions(process.argv.slice(2), { usage: USAGE, flags: ["no-example"] });
  const { port, host } = options;
  checkNodeVersion();
  const dataFolder = new DataFolder(options.data);
  await checkDisk(dataFolder.path);
  const session = await openSession(dataFolder, { echoed: true });
  await checkPort(port, "npm run dev --", host);
  const parts = createParts(session, options);
  const control = await startControlServer(parts);
  session.beforeEnd(control.close);

  await ensureNpmPackages(session);
  await ensurePrismaClient(session);
  const given = process.env.DATABASE_URL;
  const database = given ? { url: given, created: false } : await startEmbeddedDatabase(session);
  await ensureMigrations(session, database.url);
  const url = `http://${host}:${port}`;
  const environment = {
    ...studioEnvironment({
      mode: "development",
      dataFolder,
      databaseUrl: database.url,
      url,
      control,
      importRoots: [join(repositoryRoot, "example")],
    }),
    STUDIO_DEMO_PASSWORD: dataFolder.secrets.demoPassword,
  };
  if (!options.flags.has("no-example")) {
    await ensureExampleStudy(session, { environment, databaseIsNew: database.created });
  }
  if (hasWorker()) await session.start(workerProcess({ environment, reloading: true }));
  await session.start(webProcess({ environment, host, port, reloading: true }));
  session.announce(url);
  say(`The studio reloads at ${url}; the example's password is ${dataFolder.secrets.demoPassword}`);
});
