// @ts-check
import { spawn } from "node:child_process";
import readline from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "../refusal.mjs";
import { endGroup, endMarked } from "./ending.mjs";
import { MARK_VARIABLE } from "./identity.mjs";

const LAST_LINES = 25;
const DISK_FULL = /No space left on device|ENOSPC/;
const PROBE_EVERY_MS = 150;
/** Whoever ran this long before dying starts with a clean record. */
const STABLE_MS = 60_000;

/**
 * @typedef {object} ProcessDescription
 * @property {string} name also the name of its log file
 * @property {string} command
 * @property {string[]} [args]
 * @property {Record<string, string | undefined>} [environment] added to our own; undefined removes a variable
 * @property {string} [folder] where it runs
 * @property {{ uid: number, gid: number }} [user]
 * @property {number} endOrder see GuardedProcess
 * @property {NodeJS.Signals} [endSignal]
 * @property {number} [graceMs]
 * @property {RegExp} [readyLine] it is ready when it has written such a line
 * @property {() => Promise<boolean>} [isReady] it is ready when this says so
 * @property {number} [readyTimeoutMs]
 * @property {number} [maxRestarts] after dying by itself; 0: never
 */

/**
 * @typedef {object} Surroundings
 * @property {import('./process-table.mjs').ProcessTable} table
 * @property {(name: string, line: string) => void} onLine
 * @property {(name: string, sentence: string) => void} onNotice
 */

/** One process that is kept running: restarted with growing pauses when it dies, given up after a few times. */
export class SupervisedProcess {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #ending = false;
  #wasReady = false;
  #restarts = 0;
  /** @type {string[]} */
  #lastLines = [];
  #sawReadyLine = false;
  /** @type {(error: Error) => void} called once when it has died for good */
  onGivenUp = () => {};
  /** @type {() => void} called when it has died and is going to be started again */
  onDied = () => {};
  /** @type {() => void} called when it is ready again after a restart */
  onRestarted = () => {};

  /**
   * @param {ProcessDescription} description
   * @param {Surroundings} surroundings
   */
  constructor(description, surroundings) {
    this.description = description;
    this.surroundings = surroundings;
  }

  get #mark() {
    return `${this.surroundings.table.mark}/${this.description.name}`;
  }

  get processId() {
    return this.#child?.pid;
  }

  get lastLines() {
    return this.#lastLines.join("\n");
  }

  /** Starts it and resolves when it is ready; throws a Refusal with its last lines when it does not get there. */
  async start() {
    this.#ending = false;
    this.#restarts = 0;
    this.#wasReady = false;
    this.#spawn();
    try {
      await this.#waitUntilReady();
      this.#wasReady = true;
    } catch (error) {
      await this.end();
      throw error;
    }
  }

  /** Ends it, its process group and what strayed from that; returns when all are gone. */
  async end() {
    this.#ending = true;
    const child = this.#child;
    if (child?.pid === undefined) return;
    await endGroup(child.pid, { signal: this.description.endSignal, graceMs: this.description.graceMs });
    await endMarked(this.#mark);
    this.surroundings.table.remove(child.pid);
  }

  get #endIsExpected() {
    return this.#ending || this.surroundings.table.isEnding;
  }

  #spawn() {
    const { name, command, args = [], environment, folder, user, endOrder } = this.description;
    const { table } = this.surroundings;
    this.#sawReadyLine = false;
    const startedAt = Date.now();
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...environment, [MARK_VARIABLE]: this.#mark },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...user,
    });
    this.#child = child;
    if (child.pid !== undefined) {
      const { endSignal = "SIGTERM", graceMs = 5000 } = this.description;
      table.add({ name, processId: child.pid, endOrder, endSignal, graceMs });
    }
    for (const output of [child.stdout, child.stderr]) {
      readline.createInterface({ input: output }).on("line", (line) => this.#readLine(line));
    }
    child.once("error", (error) => {
      this.#readLine(error.message);
      if (child.pid === undefined) this.#handleDeath(child, startedAt, `could not be started: ${error.message}`);
    });
    child.once("exit", (code, signal) => {
      if (child.pid !== undefined) table.remove(child.pid);
      this.#handleDeath(child, startedAt, `ended with ${signal ? `signal ${signal}` : `exit code ${code}`}`);
    });
  }

  /** @param {string} line */
  #readLine(line) {
    this.#lastLines.push(line);
    if (this.#lastLines.length > LAST_LINES) this.#lastLines.shift();
    if (this.description.readyLine?.test(line)) this.#sawReadyLine = true;
    this.surroundings.onLine(this.description.name, line);
  }

  async #waitUntilReady() {
    const { name, readyLine, isReady, readyTimeoutMs = 60_000 } = this.description;
    const child = this.#child;
    const end = Date.now() + readyTimeoutMs;
    for (;;) {
      if (this.#endIsExpected) throw new Refusal(`${name} was ended before it was ready.`);
      if (child !== this.#child || child?.exitCode != null || child?.signalCode != null || child?.pid === undefined) {
        // The pipes may hold its last words a moment longer than the process lives.
        await delay(PROBE_EVERY_MS);
        throw new Refusal(`${name} did not start:\n${indent(this.lastLines)}`);
      }
      if (readyLine ? this.#sawReadyLine : isReady ? await isReady() : true) return;
      if (Date.now() > end) {
        throw new Refusal(
          `${name} was not ready after ${Math.round(readyTimeoutMs / 1000)} s:\n${indent(this.lastLines)}`,
        );
      }
      await delay(PROBE_EVERY_MS);
    }
  }

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {number} startedAt
   * @param {string} how
   */
  async #handleDeath(child, startedAt, how) {
    // What never became ready is reported by start().
    if (this.#endIsExpected || !this.#wasReady || child !== this.#child) return;
    const { name, maxRestarts = 0 } = this.description;
    if (Date.now() - startedAt > STABLE_MS) this.#restarts = 0;
    if (this.#restarts >= maxRestarts) {
      this.onGivenUp(
        new Refusal(
          DISK_FULL.test(this.lastLines)
            ? `${name} ${how}, because the disk is full. Free some space and start again.`
            : `${name} ${how}.${this.lastLines ? ` Its last lines:\n${indent(this.lastLines)}` : ""}`,
        ),
      );
      return;
    }
    this.#restarts += 1;
    const pauseMs = 500 * 2 ** (this.#restarts - 1);
    this.surroundings.onNotice(
      name,
      `${how}; starting it again in ${pauseMs / 1000} s (${this.#restarts} of ${maxRestarts})`,
    );
    this.onDied();
    // Its own children, if it had any, must not meet their successors.
    await endMarked(this.#mark);
    await delay(pauseMs);
    if (this.#endIsExpected) return;
    this.#spawn();
    const started = this.#child;
    try {
      await this.#waitUntilReady();
      this.onRestarted();
    } catch {
      // If it has died again, then its own event has us here once more; one that only hangs is helped along.
      if (started?.pid !== undefined && started === this.#child) await endGroup(started.pid);
    }
  }
}

/** @param {string} text */
function indent(text) {
  return text.replaceAll(/^/gm, "    ");
}
