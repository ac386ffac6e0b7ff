// @ts-check
import { spawn } from "node:child_process";
import readline from "node:readline";
import { endGroup } from "../processes/ending.mjs";

const KEPT_LINES = 20;

/**
 * @typedef {object} CommandResult
 * @property {number | null} code null when a signal ended it, or when it could not be started
 * @property {string[]} output its lines, of both streams
 * @property {string[]} lastLines the last few of them
 */

/**
 * Runs a command to its end. An abort ends it with all its children and throws the signal's reason.
 * @param {string} command
 * @param {string[]} args
 * @param {{ environment?: NodeJS.ProcessEnv, signal?: AbortSignal, onLine?: (line: string) => void }} [options]
 * @returns {Promise<CommandResult>}
 */
export async function runCommand(command, args, { environment = process.env, signal, onLine = () => {} } = {}) {
  signal?.throwIfAborted();
  // A process group of its own, so that an abort reaches what the command itself has started.
  const child = spawn(command, args, { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
  /** @type {string[]} */
  const output = [];
  for (const stream of [child.stdout, child.stderr]) {
    readline.createInterface({ input: stream }).on("line", (line) => {
      output.push(line);
      onLine(line);
    });
  }
  /** @type {Promise<void> | undefined} */
  let ending;
  const onAbort = () => {
    if (child.pid !== undefined) ending = endGroup(child.pid);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    /** @type {number | null} */
    const code = await new Promise((resolve) => {
      child.once("error", (error) => {
        output.push(error.message);
        resolve(null);
      });
      child.once("close", resolve);
    });
    await ending;
    signal?.throwIfAborted();
    return { code, output, lastLines: output.slice(-KEPT_LINES) };
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
