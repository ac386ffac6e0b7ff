// @ts-check
import { spawn } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endMarked } from "./ending.mjs";
import { endInOrder } from "./guard.mjs";
import { MARK_VARIABLE, startStamp } from "./identity.mjs";

/** @typedef {import('./guard.mjs').GuardedProcess} GuardedProcess */

const guardProgram = fileURLToPath(new URL("./guard.mjs", import.meta.url));

/**
 * The processes that a supervisor has started: told to the guard, who ends them when the supervisor dies, and written
 * to `processes.json`, by which the next start ends what survived both.
 */
export class ProcessTable {
  /** @type {Map<number, GuardedProcess>} */
  #processes = new Map();
  /** From then on every death is expected, and nothing is started again. */
  isEnding = false;
  #file;
  #guard;

  /**
   * @param {string} dataFolder
   * @param {string} mark
   */
  constructor(dataFolder, mark) {
    this.mark = mark;
    this.#file = join(dataFolder, "processes.json");
    this.#guard = spawn(process.execPath, [guardProgram, "guard"], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, [MARK_VARIABLE]: `${mark}/guard` },
    });
    // Should someone end the guard, then processes.json still leads to the leftovers.
    this.#guard.stdin.on("error", () => {});
    this.#guard.unref();
    this.#write();
  }

  /** @param {Omit<GuardedProcess, 'startStamp'>} entry */
  add(entry) {
    const complete = { ...entry, startStamp: startStamp(entry.processId) };
    this.#processes.set(entry.processId, complete);
    this.#tellGuard({ add: complete });
    this.#save();
  }

  /** @param {number} processId */
  remove(processId) {
    if (!this.#processes.delete(processId)) return;
    this.#tellGuard({ remove: processId });
    this.#save();
  }

  /** Ends everything in order, the database last, and what has strayed from its group. */
  async endAll() {
    this.isEnding = true;
    await endInOrder([...this.#processes.values()]);
    await endMarked(this.mark, { except: this.#guardId() });
    this.#forgetAll();
  }

  /** Ends everything at once, without asking. The database recovers at its next start. */
  async killAll() {
    this.isEnding = true;
    const processes = [...this.#processes.values()];
    await endInOrder(processes.map((one) => ({ ...one, endOrder: 0, endSignal: "SIGKILL", graceMs: 1000 })));
    await endMarked(this.mark, { graceMs: 0, except: this.#guardId() });
    this.#forgetAll();
  }

  /** Lets the guard go; to be called when nothing is left to guard. */
  close() {
    this.#guard.stdin.end();
  }

  #forgetAll() {
    this.#processes.clear();
    this.#save();
  }

  #guardId() {
    return this.#guard.pid === undefined ? [] : [this.#guard.pid];
  }

  /** @param {object} message */
  #tellGuard(message) {
    this.#guard.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** A disk that fills up later must not end the supervisor: the guard knows everything that the file would say. */
  #save() {
    try {
      this.#write();
    } catch {
      // The next change writes the whole list again.
    }
  }

  #write() {
    writeFileSync(`${this.#file}.new`, `${JSON.stringify([...this.#processes.values()], null, 2)}\n`);
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/**
 * Ends what an earlier supervisor of this data folder left running. Returns how many processes that were.
 * @param {string} dataFolder
 * @param {string} mark
 */
export async function endLeftovers(dataFolder, mark) {
  const recorded = readRecorded(join(dataFolder, "processes.json")).filter(
    (one) => one.startStamp !== undefined && startStamp(one.processId) === one.startStamp,
  );
  await endInOrder(recorded);
  const strayed = await endMarked(mark);
  return recorded.length + strayed;
}

/**
 * @param {string} file
 * @returns {GuardedProcess[]}
 */
function readRecorded(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return [];
  }
}
