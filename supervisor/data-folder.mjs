// @ts-check
import { randomBytes } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { anyFreePort, isPortFree } from "./ports.mjs";
import { explainFileError, Refusal } from "./refusal.mjs";

const hexadecimal = (/** @type {number} */ bytes) => randomBytes(bytes).toString("hex");

/** What is made at the first start and must stay the same afterwards: sessions and stored secrets depend on it. */
const SECRET_MAKERS = {
  postgresPassword: () => hexadecimal(24),
  sessionSecret: () => hexadecimal(32),
  encryptionKey: () => hexadecimal(32),
  rayToken: () => hexadecimal(32),
  endpointToken: () => hexadecimal(32),
  demoPassword: () => readablePassword(),
  /** By which the processes of this data folder are recognised; see processes/identity.mjs. */
  processMark: () => hexadecimal(16),
};

/** @typedef {Record<keyof typeof SECRET_MAKERS, string>} Secrets */

/** The folder of one installation (`.studio`): database, artifacts, logs, secrets, and what the supervisor remembers. */
export class DataFolder {
  /** @param {string} path */
  constructor(path) {
    this.path = resolve(path);
    this.logs = join(this.path, "logs");
    this.artifacts = join(this.path, "artifacts");
    this.postgres = join(this.path, "postgres");
    try {
      for (const folder of [this.path, this.logs, this.artifacts]) mkdirSync(folder, { recursive: true });
      this.secrets = this.#completeSecrets();
    } catch (error) {
      throw explainFileError(error, this.path);
    }
  }

  /**
   * The same free port as at the last start where possible, so that bookmarks and open connections stay right.
   * @param {string} name
   * @param {{ choose?: () => Promise<number>, host?: string }} [options]
   */
  async rememberedPort(name, { choose = anyFreePort, host = "127.0.0.1" } = {}) {
    const ports = this.read("ports.json") ?? {};
    const last = ports[name];
    if (typeof last === "number" && (await isPortFree(last, host))) return last;
    const port = await choose();
    this.write("ports.json", { ...ports, [name]: port });
    return port;
  }

  /**
   * @param {string} name of a JSON file in this folder
   * @returns {Record<string, any> | undefined} undefined when there is none; one that cannot be read is not taken for none
   */
  read(name) {
    const file = join(this.path, name);
    let text;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if (!lstatSync(file, { throwIfNoEntry: false })) return undefined;
      throw new Refusal(
        `${file} is there and cannot be read (${error instanceof Error ? error.message : error}). ` +
          "Start the studio as the user to whom it belongs, or bring back what it leads to.",
        { cause: error },
      );
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new Refusal(`${file} is damaged. Restore it from a backup, or move it away.`, { cause: error });
    }
  }

  /**
   * Written whole or not at all, also when the power fails.
   * @param {string} name
   * @param {object} value
   * @param {number} [mode]
   */
  write(name, value, mode = 0o644) {
    const file = join(this.path, name);
    writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode, flush: true });
    chmodSync(`${file}.new`, mode);
    renameSync(`${file}.new`, file);
  }

  /** @param {string} name */
  remove(name) {
    rmSync(join(this.path, name), { force: true });
  }

  /** @returns {Secrets} */
  #completeSecrets() {
    const found = this.read("secrets.json") ?? {};
    const entries = Object.entries(SECRET_MAKERS).map(([name, make]) => [name, found[name] ?? make()]);
    const complete = Object.fromEntries(entries);
    if (entries.some(([name]) => found[String(name)] === undefined))
      this.write("secrets.json", { ...found, ...complete }, 0o600);
    return complete;
  }
}

/** A password for a demonstration on one's own machine: four groups that can be typed from a screen. */
function readablePassword() {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const groups = Array.from({ length: 4 }, () =>
    Array.from(randomBytes(4), (byte) => letters[byte % letters.length]).join(""),
  );
  return groups.join("-");
}
