// @ts-check
/**
 * Prisma's command line with the project's own schema engine and without calls to the outside:
 * `node supervisor/prisma.mjs generate`, `… migrate dev --name add-runs`, `… migrate deploy`.
 * Without a DATABASE_URL, what needs a database gets a temporary one: enough to write and check migrations.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { isProgram, packageCommand, repositoryRoot } from "./paths.mjs";
import { Refusal } from "./refusal.mjs";

/** What Prisma needs in its environment. */
export const prismaEnvironment = {
  PRISMA_SCHEMA_ENGINE_BINARY: join(repositoryRoot, "prisma", "schema-engine", "schema-engine.mjs"),
  // Neither telemetry nor a look for updates.
  CHECKPOINT_DISABLE: "1",
  PRISMA_HIDE_UPDATE_MESSAGE: "1",
};

/**
 * Runs one command of Prisma's quietly; throws a Refusal with what it wrote when it fails.
 * @param {string[]} words
 * @param {Record<string, string>} [environment]
 * @returns {Promise<string>} what it wrote
 */
export function runPrisma(words, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = startPrisma(words, environment, ["ignore", "pipe", "pipe"]);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Refusal(`prisma ${words.join(" ")} failed:\n${output.trim()}`));
    });
  });
}

/**
 * How to start one command of Prisma's.
 * @param {string[]} words
 */
export function prismaProcess(words) {
  const args = [packageCommand("prisma"), ...words];
  return { command: process.execPath, args, environment: prismaEnvironment };
}

/**
 * @param {string[]} words
 * @param {Record<string, string>} own
 * @param {import("node:child_process").StdioOptions} stdio
 */
function startPrisma(words, own, stdio) {
  const { command, args, environment } = prismaProcess(words);
  return spawn(command, args, { cwd: repositoryRoot, stdio, env: { ...process.env, ...environment, ...own } });
}

async function main() {
  const words = process.argv.slice(2);
  const needsDatabase = words[0] === "migrate" || words[0] === "db";
  const temporary =
    needsDatabase && !process.env.DATABASE_URL
      ? await (await import("./postgres/temporary.mjs")).startTemporaryPostgres()
      : undefined;
  const child = startPrisma(words, temporary ? { DATABASE_URL: temporary.url } : {}, "inherit");
  // The terminal sends Ctrl-C to both of us; we wait for Prisma's own end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", async (code, signal) => {
    await temporary?.stop();
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
}

if (isProgram(import.meta.url)) await main();
