// @ts-check
import { join } from "node:path";
import { startStamp } from "../processes/identity.mjs";
import { LogFile } from "../processes/log-file.mjs";
import { endLeftovers, ProcessTable } from "../processes/process-table.mjs";
import { SupervisedProcess } from "../processes/supervised-process.mjs";
import { Refusal } from "../refusal.mjs";
import { complain, echo, say, showFailure } from "./terminal.mjs";

const LOCK_FILE = "supervisor.json";
const PARENT_CHECK_MS = 2000;

/**
 * One run of a supervisor over one data folder: what it starts, the order in which that ends, and the logs.
 */
export class Session {
  /** @type {Map<string, LogFile>} */
  #logs = new Map();
  /** @type {(() => void | Promise<void>)[]} */
  #beforeEnd = [];
  /** @type {() => void} */
  #beforeExit = () => say("Everything that was started has ended.");
  /** @type {Promise<void> | undefined} */
  #end;
  #abort = new AbortController();

  /**
   * @param {import("../data-folder.mjs").DataFolder} dataFolder
   * @param {{ echoed: boolean }} options echoed: every line of every process appears in the terminal too
   */
  constructor(dataFolder, { echoed }) {
    this.dataFolder = dataFolder;
    this.echoed = echoed;
    this.table = new ProcessTable(dataFolder.path, dataFolder.secrets.processMark);
    this.surroundings = {
      table: this.table,
      onLine: (/** @type {string} */ name, /** @type {string} */ line) => this.#log(name, line),
      onNotice: (/** @type {string} */ name, /** @type {string} */ sentence) => {
        this.#log(name, `[supervisor] ${sentence}`);
        complain(`! ${name} ${sentence}`);
      },
    };
  }

  /**
   * Opens a session; refuses while another supervisor works on the same folder, and ends what a killed one left.
   * @param {import("../data-folder.mjs").DataFolder} dataFolder
   * @param {{ echoed: boolean }} options
   */
  static async open(dataFolder, options) {
    const other = dataFolder.read(LOCK_FILE);
    if (other && other.processId !== process.pid && startStamp(other.processId) === other.startStamp) {
      const place = other.address ? ` at ${other.address}` : "";
      throw new Refusal(
        `The studio of ${dataFolder.path} already runs${place} (process ${other.processId}). ` +
          "Use it, end it with Ctrl-C in its terminal, or choose another folder with --data.",
      );
    }
    const ended = await endLeftovers(dataFolder.path, dataFolder.secrets.processMark);
    if (ended > 0) say(`${ended} processes of an earlier start that was killed have been ended.`);
    const session = new Session(dataFolder, options);
    session.#writeLock();
    session.#listen();
    return session;
  }

  /** Aborted when the session begins to end: for work that is still under way. */
  get signal() {
    return this.#abort.signal;
  }

  /** @param {string} address shown to whoever starts a second one */
  announce(address) {
    this.#writeLock(address);
  }

  /**
   * Starts a process without which the session makes no sense: when it dies for good, everything ends.
   * @param {import("../processes/supervised-process.mjs").ProcessDescription} description
   */
  async start(description) {
    const supervised = new SupervisedProcess(description, this.surroundings);
    this.watch(supervised);
    await supervised.start();
    return supervised;
  }

  /** @param {SupervisedProcess} supervised */
  watch(supervised) {
    supervised.onGivenUp = (error) => this.fail(error);
  }

  /** @param {() => void | Promise<void>} action something that has to happen before the processes end */
  beforeEnd(action) {
    this.#beforeEnd.push(action);
  }

  /** @param {() => void} action the very last: for what has to be the last line */
  beforeExit(action) {
    this.#beforeExit = action;
  }

  /** @param {unknown} error */
  fail(error) {
    if (this.#end) return;
    showFailure(error);
    process.exitCode = 1;
    void this.end();
  }

  /** Ends everything in order; the database last. */
  end() {
    this.#end ??= this.#endOnce();
    return this.#end;
  }

  async #endOnce() {
    this.#abort.abort(new Refusal("The studio is being ended."));
    for (const action of this.#beforeEnd) await action();
    await this.table.endAll();
    this.table.close();
    this.dataFolder.remove(LOCK_FILE);
    for (const log of this.#logs.values()) log.close();
    this.#beforeExit();
    process.exit();
  }

  /** @param {string} [address] */
  #writeLock(address) {
    this.dataFolder.write(LOCK_FILE, { processId: process.pid, startStamp: startStamp(process.pid), address });
  }

  #listen() {
    let asked = false;
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.on(signal, async () => {
        if (asked) {
          complain("Ending at once.");
          process.exitCode = 1;
          await this.table.killAll();
          process.exit();
        }
        asked = true;
        say("Ending the studio (once more: at once) …");
        await this.end();
      });
    }
    // Started by npm, we outlive a killed npm otherwise, and nobody would know.
    const parent = process.ppid;
    if (process.env.npm_lifecycle_event) {
      setInterval(() => process.ppid !== parent && void this.end(), PARENT_CHECK_MS).unref();
    }
  }

  /**
   * @param {string} name
   * @param {string} line
   */
  #log(name, line) {
    let log = this.#logs.get(name);
    if (!log) {
      log = new LogFile(join(this.dataFolder.logs, `${name}.log`));
      this.#logs.set(name, log);
    }
    log.write(line);
    if (this.echoed) echo(name, line);
  }
}
