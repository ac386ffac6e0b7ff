// @ts-check
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "../processes/ending.mjs";
import { commandLine, isAlive } from "../processes/identity.mjs";
import { Refusal } from "../refusal.mjs";

const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/**
 * Clears the way for a start: a PostgreSQL that still runs on this data folder is stopped cleanly, and a
 * `postmaster.pid` whose process id now belongs to another program is removed, because PostgreSQL would refuse it.
 * @param {string} folder
 * @returns {Promise<"none" | "stopped" | "stale">}
 */
export async function clearOrphan(folder) {
  const file = join(folder, "postmaster.pid");
  const processId = recordedProcess(file);
  if (processId === undefined) return "none";
  if (!isAlive(processId)) return "stale"; // PostgreSQL itself recovers from that.
  if (!commandLine(processId).includes(folder)) {
    rmSync(file, { force: true });
    return "stale";
  }
  for (const [signal, timeoutMs] of /** @type {const} */ ([
    ["SIGINT", FAST_SHUTDOWN_MS],
    ["SIGQUIT", IMMEDIATE_SHUTDOWN_MS],
  ])) {
    process.kill(processId, signal);
    if (await waitUntil(() => !isAlive(processId), timeoutMs)) return "stopped";
  }
  throw new Refusal(
    `A PostgreSQL from an earlier start (process ${processId}) still uses ${folder} and does not stop. End it, then start again.`,
  );
}

/**
 * @param {string} file
 * @returns {number | undefined}
 */
function recordedProcess(file) {
  try {
    const processId = Number.parseInt(readFileSync(file, "utf8"), 10);
    return Number.isInteger(processId) && processId > 0 ? processId : undefined;
  } catch {
    return undefined;
  }
}
