// @ts-check
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { startStamp } from "../processes/identity.mjs";

const POLL_MS = 500;
const SETTLE_MS = 100;

/**
 * Does some work while no other process does it. The lock of a process that is gone is taken over.
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} work
 * @param {{ signal?: AbortSignal, onWait?: () => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { signal, onWait = () => {} } = {}) {
  const own = JSON.stringify({ processId: process.pid, startStamp: startStamp(process.pid), nonce: Math.random() });
  while (!(await acquire(path, own))) {
    onWait();
    await delay(POLL_MS, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    if (contentOf(path) === own) rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {string} own
 */
async function acquire(path, own) {
  const holder = contentOf(path);
  if (holder !== undefined && isHeld(holder)) return false;
  if (holder !== undefined) rmSync(path, { force: true });
  try {
    writeFileSync(path, own, { flag: "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
  // Two that find a dead holder at the same instant can remove each other's file: whose text remains has the lock.
  await delay(SETTLE_MS);
  return contentOf(path) === own;
}

/** @param {string} path */
function contentOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Whether the process that wrote this still lives; what cannot be read was left by one that died while writing.
 * @param {string} content
 */
function isHeld(content) {
  try {
    const { processId, startStamp: stamp } = JSON.parse(content);
    return typeof stamp === "string" && startStamp(processId) === stamp;
  } catch {
    return false;
  }
}
