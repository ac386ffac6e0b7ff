// @ts-check
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, markedProcesses } from "./identity.mjs";

const POLL_MS = 50;

/**
 * Sends a signal to a whole process group; one that is gone is no error.
 * @param {number} leader the process id that is also the group's id
 * @param {NodeJS.Signals} signal
 */
function signalGroup(leader, signal) {
  signalProcess(-leader, signal);
}

/**
 * @param {() => boolean} condition
 * @param {number} timeoutMs
 */
export async function waitUntil(condition, timeoutMs) {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) return false;
    await delay(POLL_MS);
  }
  return true;
}

/**
 * Asks a process to end, and makes it end when it does not within the time.
 * @param {number} processId leader of its process group
 * @param {{ signal?: NodeJS.Signals, graceMs?: number }} [options]
 */
export async function endGroup(processId, { signal = "SIGTERM", graceMs = 5000 } = {}) {
  if (!isAlive(processId)) return;
  signalGroup(processId, signal);
  if (await waitUntil(() => !isAlive(processId), graceMs)) {
    // What its own children left behind in the group.
    signalGroup(processId, "SIGKILL");
    return;
  }
  signalGroup(processId, "SIGKILL");
  await waitUntil(() => !isAlive(processId), graceMs);
}

/**
 * Ends every process that carries the mark and is not excepted: also those that left their process group, as Ray's do.
 * @param {string} mark
 * @param {{ graceMs?: number, except?: number[] }} [options]
 */
export async function endMarked(mark, { graceMs = 3000, except = [] } = {}) {
  const remaining = () => markedProcesses(mark).filter((processId) => !except.includes(processId));
  const found = remaining();
  if (found.length === 0) return 0;
  for (const processId of found) signalProcess(processId, "SIGTERM");
  await waitUntil(() => remaining().length === 0, graceMs);
  for (const processId of remaining()) signalProcess(processId, "SIGKILL");
  await waitUntil(() => remaining().length === 0, graceMs);
  return found.length;
}

/**
 * @param {number} processId
 * @param {NodeJS.Signals} signal
 */
function signalProcess(processId, signal) {
  try {
    process.kill(processId, signal);
  } catch {
    // It ended by itself in the meantime.
  }
}
