// @ts-check
import { spawn } from "node:child_process";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { endGroup } from "../processes/ending.mjs";
import { MARK_VARIABLE } from "../processes/identity.mjs";
import { Part } from "./part.mjs";

const installer = fileURLToPath(new URL("./install.mjs", import.meta.url));
const END_ORDER = 5;

/** A part that is installed once and then simply there: the Python environment, the example models. */
export class InstalledPart extends Part {
  /** @type {Record<string, unknown> | null} */
  result = null;

  /**
   * @param {string} name
   * @param {{ needs?: InstalledPart[], table: import("../processes/process-table.mjs").ProcessTable, onLine: (name: string, line: string) => void }} options
   */
  constructor(name, { needs = [], table, onLine }) {
    super(name, needs, "installing");
    this.table = table;
    this.onLine = onLine;
  }

  /** @override */
  async bringUp() {
    const given = Object.assign({}, ...this.needs.map((need) => /** @type {InstalledPart} */ (need).result));
    this.result = await this.#install(given);
  }

  /** @override */
  view() {
    return { ...super.view(), result: this.result };
  }

  /**
   * In a process of its own: so that it can run with low priority, and end with everything it has started.
   * @param {object} given results of what it needs
   * @returns {Promise<Record<string, unknown>>}
   */
  #install(given) {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [installer, this.name, JSON.stringify(given)], {
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, [MARK_VARIABLE]: `${this.table.mark}/${this.name}` },
      });
      const { pid } = child;
      if (pid !== undefined) {
        this.table.add({ name: this.name, processId: pid, endOrder: END_ORDER, endSignal: "SIGTERM", graceMs: 3000 });
      }
      /** @type {Record<string, unknown> | undefined} */
      let result;
      let sentence = `The installation of ${this.name} ended unexpectedly.`;
      readline.createInterface({ input: child.stderr }).on("line", (line) => this.onLine(this.name, line));
      readline.createInterface({ input: child.stdout }).on("line", (line) => {
        const message = JSON.parse(line);
        if (message.progress) this.show(message.progress);
        if (message.result) result = message.result;
        if (message.refusal) {
          sentence = message.refusal;
          this.onLine(this.name, sentence);
        }
      });
      child.once("error", reject);
      child.once("close", async (code) => {
        if (pid !== undefined) {
          this.table.remove(pid);
          await endGroup(pid);
        }
        if (code === 0 && result) resolve(result);
        else reject(new Error(sentence));
      });
    });
  }
}
