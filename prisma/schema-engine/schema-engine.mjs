#!/usr/bin/env node
// @ts-check
/**
 * Prisma's schema engine without a download.
 *
 * Prisma's command line talks to a native `schema-engine` that it fetches from the internet, which a hospital's network
 * does not let through. This program answers the same calls (JSON-RPC, one message per line, on standard input and
 * output) with the engine's WebAssembly build, which is an ordinary npm package. Prisma finds it by
 * `PRISMA_SCHEMA_ENGINE_BINARY`, set in `prisma.config.ts`.
 *
 * The npm package's version has to be the one that `prisma` itself names in `@prisma/engines-version`.
 */
import { parseArguments } from "./command-line.mjs";
import { runDatabaseCommand } from "./database-commands.mjs";
import { createEngineFactory, engineVersion } from "./engine.mjs";
import { answerRequests } from "./requests.mjs";

// Prisma reads our standard error as one JSON object per line; Node's own warnings would break that.
process.removeAllListeners("warning");

const options = parseArguments(process.argv.slice(2));
if (options.versionWanted) {
  process.stdout.write(`schema-engine-wasm ${engineVersion()}\n`);
} else if (options.databaseCommand) {
  process.exitCode = await runDatabaseCommand(options.databaseCommand, options.databaseUrl ?? "");
} else {
  await answerRequests(process.stdin, process.stdout, await createEngineFactory(options));
}
