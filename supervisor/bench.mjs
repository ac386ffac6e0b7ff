// @ts-check
/**
 * `npm run bench`: runs each `benchmarks/*.bench.ts` by itself, with a migrated database of its own on a PostgreSQL with
 * the settings of real use; `npm run bench -- claim` runs those whose name contains the word. Words after a second
 * `--` go to the benchmark.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataFolder } from "./data-folder.mjs";
import { repositoryRoot } from "./paths.mjs";
import { Refusal } from "./refusal.mjs";
import { runInForeground } from "./session/foreground.mjs";
import { runCommand } from "./session/run-session.mjs";
import { studioEnvironment } from "./session/studio-environment.mjs";
import { step } from "./session/terminal.mjs";
import { ensureNpmPackages } from "./steps/npm-packages.mjs";
import { ensurePrismaClient } from "./steps/prisma-client.mjs";
import { checkNodeVersion } from "./steps/requirements.mjs";
import { ensureWebBuild } from "./steps/web-build.mjs";

const FOLDER = "benchmarks";
const ENDING = ".bench.ts";
/** Those that measure the web application as it is served. */
const SERVED = ["advance-in-browser.bench.ts", "label-studio.bench.ts"];

await runCommand(async (openSession) => {
  const words = process.argv.slice(2);
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const files = chooseFiles(words.slice(0, end));
  checkNodeVersion();
  const session = await openSession(new DataFolder(join(repositoryRoot, ".studio", "bench")), { echoed: false });
  await ensureNpmPackages(session);
  await ensurePrismaClient(session);
  if (files.some((file) => SERVED.includes(file))) await ensureWebBuild(session);
  let failed = 0;
  for (const file of files) failed += (await measure(file, words.slice(end + 1))) === 0 ? 0 : 1;
  session.beforeExit(() => process.stdout.write(`${files.length - failed} measured, ${failed} failed\n`));
  process.exitCode = failed > 0 ? 1 : 0;
  await session.end();
});

/** @param {string[]} wanted parts of names */
function chooseFiles(wanted) {
  const folder = join(repositoryRoot, FOLDER);
  const all = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ENDING)) : [];
  const chosen = all.filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word))).sort();
  if (chosen.length > 0) return chosen;
  const names = all.map((name) => name.slice(0, -ENDING.length)).join(", ");
  throw new Refusal(`There is no benchmark '${wanted.join(" ")}'. Benchmarks: ${names || "none yet"}`);
}

/**
 * @param {string} file
 * @param {string[]} words
 * @returns {Promise<number>} exit code
 */
async function measure(file, words) {
  const folder = mkdtempSync(join(tmpdir(), "studio-bench-"));
  const { startTemporaryPostgres } = await import("./postgres/temporary.mjs");
  const { migrateDatabase } = await import("./postgres/migrate.mjs");
  const server = await step(`Preparing a database for ${file}`, async () => {
    const started = await startTemporaryPostgres({ lasting: true });
    await migrateDatabase(started.url);
    return started;
  });
  try {
    const dataFolder = new DataFolder(join(folder, randomBytes(4).toString("hex")));
    const environment = studioEnvironment({
      mode: "test",
      dataFolder,
      databaseUrl: server.url,
      url: "http://127.0.0.1:3210",
    });
    return await runInForeground({
      command: process.execPath,
      args: ["--import", "tsx", join(FOLDER, file), ...words],
      environment: { STUDIO_LOG_LEVEL: "warn", NODE_ENV: "production", ...environment },
      folder: repositoryRoot,
    });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
