// @ts-check
import { statfs } from "node:fs/promises";
import { isPortFree } from "../ports.mjs";
import { Refusal } from "../refusal.mjs";

const OLDEST_NODE = [20, 19];
const NEEDED_BYTES = 3e9;

export function checkNodeVersion(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new Refusal(
    `The studio needs Node.js ${OLDEST_NODE.join(".")} or newer, and this is ${version}. Install a newer one from https://nodejs.org, then start again.`,
  );
}

/**
 * @param {number} port
 * @param {string} command with which to try another port
 * @param {string} [host]
 */
export async function checkPort(port, command, host) {
  if (await isPortFree(port, host)) return;
  throw new Refusal(
    `Port ${port} is taken by another program. End that one, or choose another port: ${command} --port ${port + 1}`,
  );
}

/**
 * Room for npm's packages, the build and a small database. What the Python environment needs is checked where it goes.
 * @param {string} folder
 */
export async function checkDisk(folder) {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= NEEDED_BYTES) return;
  throw new Refusal(
    `The disk that holds ${folder} has ${(free / 1e9).toFixed(1)} GB left, and the studio needs ${NEEDED_BYTES / 1e9} GB. Free some space, then start again.`,
  );
}
