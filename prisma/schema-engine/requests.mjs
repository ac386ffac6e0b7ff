// @ts-check
import readline from "node:readline";
import { createDatabase } from "./database-commands.mjs";

/** @typedef {import('./engine.mjs').EngineFactory} EngineFactory */
/** @typedef {import('./engine.mjs').Engine} Engine */

// Our own `print` requests need ids that Prisma, which counts from 1, does not use.
const PRINT_ID_OFFSET = 1_000_000;
const KNOWN_ERROR = 4466;

/**
 * Answers Prisma's requests one after the other until its end of the conversation closes.
 * @param {NodeJS.ReadableStream} input
 * @param {NodeJS.WritableStream} output
 * @param {EngineFactory} factory
 */
export async function answerRequests(input, output, factory) {
  /** @param {object} message */
  const send = (message) => output.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  for await (const line of readline.createInterface({ input })) {
    if (!line.trim()) continue;
    const { id, method, params } = JSON.parse(line);
    if (method === undefined) continue; // Prisma's receipt for something that we asked it to print
    try {
      const result = await answer(factory, method, Array.isArray(params) ? params[0] : params);
      const text = method === "diff" ? textOf(result) : undefined;
      if (text !== undefined) send({ id: id + PRINT_ID_OFFSET, method: "print", params: { content: text } });
      send({ id, result: result ?? null });
    } catch (error) {
      send({ id, error: errorReply(error) });
    }
  }
}

/**
 * @param {EngineFactory} factory
 * @param {string} method
 * @param {any} parameters
 */
async function answer(factory, method, parameters) {
  if (method === "createDatabase") return { databaseName: await createDatabase(factory.databaseUrl ?? "") };
  const { engine, close } = await factory.open();
  try {
    // A new engine learns how to reach a shadow database only from this call.
    if (method === "evaluateDataLoss" || method === "createMigration") {
      await engine.devDiagnostic?.({ migrationsList: parameters.migrationsList, filters: parameters.filters });
    }
    const name = method === "getDatabaseVersion" ? "version" : method;
    if (typeof engine[name] !== "function") throw new Error(`The schema engine has no method '${method}'.`);
    return await engine[name]?.(parameters);
  } finally {
    await close();
  }
}

/** @param {unknown} result */
function textOf(result) {
  return result && typeof result === "object" && "stdout" in result && result.stdout != null
    ? String(result.stdout)
    : undefined;
}

/**
 * Prisma shows `data.message`; with an `error_code` it handles the error itself (a missing database, a failed migration).
 * @param {unknown} error
 */
function errorReply(error) {
  const message = error instanceof Error ? error.message : String(error);
  const details = /** @type {{ code?: string, meta?: object }} */ (error instanceof Error ? error : {});
  const embedded = parseJson(message);
  const code = details.code ?? embedded?.error_code;
  const data = code
    ? {
        is_panic: false,
        message: embedded?.message ?? message,
        error_code: code,
        meta: details.meta ?? embedded?.meta ?? {},
      }
    : { is_panic: false, message, error: { message } };
  return { code: KNOWN_ERROR, message, data };
}

/** @param {string} text */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
