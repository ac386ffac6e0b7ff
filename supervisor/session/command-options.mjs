// @ts-check
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "../paths.mjs";
import { Refusal } from "../refusal.mjs";

const DEFAULT_PORT = 3210;

/**
 * The options that demo, dev and start share. STUDIO_DATA and PORT do the same as --data and --port.
 * @param {string[]} words
 * @param {{ usage: string, flags?: string[] }} command
 */
export function readOptions(words, { usage, flags = [] }) {
  const parsed = parse(words, usage, flags);
  const { values, positionals } = parsed;
  const port = Number(values.port ?? process.env.PORT ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Refusal(`'${values.port ?? process.env.PORT}' is no port: use a number from 1 to 65535.`);
  }
  const idleMinutes = Number(values["idle-minutes"] ?? process.env.STUDIO_IDLE_MINUTES ?? 15);
  if (!(idleMinutes > 0)) throw new Refusal("--idle-minutes needs a number above 0.");
  return {
    port,
    idleMinutes,
    host: String(values.host ?? process.env.HOST ?? "127.0.0.1"),
    data: String(values.data ?? process.env.STUDIO_DATA ?? join(repositoryRoot, ".studio")),
    flags: new Set(flags.filter((flag) => /** @type {Record<string, unknown>} */ (values)[flag] === true)),
    words: positionals,
  };
}

/**
 * @param {string[]} words
 * @param {string} usage
 * @param {string[]} flags
 */
function parse(words, usage, flags) {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        port: { type: "string" },
        host: { type: "string" },
        data: { type: "string" },
        "idle-minutes": { type: "string" },
        ...Object.fromEntries(flags.map((flag) => [flag, /** @type {const} */ ({ type: "boolean" })])),
      },
    });
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : error}\n${usage}`, { cause: error });
  }
}
