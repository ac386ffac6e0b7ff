// @ts-check
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { MigrationAdapterFactory } from "./migration-adapter.mjs";

/** @typedef {Record<string, (parameters: unknown) => Promise<unknown>>} Engine */
/** @typedef {{ engine: Engine, close: () => Promise<void> }} OpenEngine */
/** @typedef {{ databaseUrl?: string, open: () => Promise<OpenEngine> }} EngineFactory */

const require = createRequire(import.meta.url);
// The package exports no path to the module itself, only to the script beside it.
const scriptPath = require.resolve("@prisma/schema-engine-wasm");
const modulePath = scriptPath.replace(/schema_engine\.js$/, "schema_engine_bg.wasm");

export function engineVersion() {
  return JSON.parse(readFileSync(scriptPath.replace(/schema_engine\.js$/, "package.json"), "utf8")).version;
}

/**
 * Loads the WebAssembly module once and opens an engine per request: an engine that has applied migrations has lost
 * its way to the shadow database.
 * @param {{ schemaFiles: string[], databaseUrl?: string }} options
 * @returns {Promise<EngineFactory>}
 */
export async function createEngineFactory({ schemaFiles, databaseUrl }) {
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: reportPanic } });
  const { instance } = await WebAssembly.instantiate(readFileSync(modulePath), {
    "./schema_engine_bg.js": /** @type {WebAssembly.ModuleImports} */ (/** @type {unknown} */ (bindings)),
  });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === "function") start();

  const datamodels = schemaFiles.map((path) => /** @type {[string, string]} */ ([path, readFileSync(path, "utf8")]));
  return {
    databaseUrl,
    async open() {
      // Without a database (`migrate diff --from-empty`, `generate`) the engine still wants an adapter, and never connects.
      const factory = new MigrationAdapterFactory(databaseUrl ?? "postgresql://127.0.0.1:1/none");
      const engine = await bindings.SchemaEngine.new(
        { datamodels: datamodels.length > 0 ? datamodels : undefined },
        () => {},
        bindMigrationAwareSqlAdapterFactory(factory),
      );
      return { engine: /** @type {Engine} */ (/** @type {unknown} */ (engine)), close: () => factory.closeAll() };
    },
  };
}

/** @param {string} message */
function reportPanic(message) {
  process.stderr.write(`${JSON.stringify({ level: "ERROR", fields: { message, is_panic: true } })}\n`);
}
