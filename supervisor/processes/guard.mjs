// @ts-check
/**
 * Ends the supervisor's processes when the supervisor itself is gone, however it went (kill -9 included).
 *
 * The supervisor holds the other end of our standard input and never lets go of it while it lives, so the end of the
 * input is its death. We run in a session of our own: neither Ctrl-C nor a closed terminal reaches us.
 * Input: one JSON object per line, {"add": GuardedProcess} or {"remove": processId}.
 */
import readline from "node:readline";
import { endGroup, endMarked } from "./ending.mjs";
import { MARK_VARIABLE, startStamp } from "./identity.mjs";

/**
 * @typedef {object} GuardedProcess
 * @property {string} name
 * @property {number} processId leader of its process group
 * @property {string} [startStamp]
 * @property {number} endOrder what has a lower number ends earlier; the database ends last
 * @property {NodeJS.Signals} endSignal
 * @property {number} graceMs
 */

/**
 * Ends processes in their order, those of the same rank together. A process id that meanwhile belongs to another
 * process is left alone.
 * @param {GuardedProcess[]} processes
 */
export async function endInOrder(processes) {
  const ranks = [...new Set(processes.map((one) => one.endOrder))].sort((a, b) => a - b);
  for (const rank of ranks) {
    const now = processes.filter((one) => one.endOrder === rank && startStamp(one.processId) === one.startStamp);
    await Promise.all(now.map((one) => endGroup(one.processId, { signal: one.endSignal, graceMs: one.graceMs })));
  }
}

async function guard() {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGHUP", "SIGTERM"])) process.on(signal, () => {});
  /** @type {Map<number, GuardedProcess>} */
  const processes = new Map();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const message = JSON.parse(line);
    if (message.add) processes.set(message.add.processId, message.add);
    if (message.remove) processes.delete(message.remove);
  }
  await endInOrder([...processes.values()]);
  const mark = process.env[MARK_VARIABLE]?.split("/")[0];
  if (mark) await endMarked(mark);
}

if (process.argv[2] === "guard") await guard();
