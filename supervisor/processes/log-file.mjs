// @ts-check
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/**
 * A log file that keeps its last few megabytes: a full one becomes `….1`, that one `….2`, and the oldest goes.
 */
export class LogFile {
  #descriptor;
  #size;

  /**
   * @param {string} path
   * @param {{ maxBytes?: number, keptFiles?: number }} [options]
   */
  constructor(path, { maxBytes = 5_000_000, keptFiles = 3 } = {}) {
    this.path = path;
    this.maxBytes = maxBytes;
    this.keptFiles = keptFiles;
    mkdirSync(dirname(path), { recursive: true });
    this.#descriptor = openSync(path, "a", 0o640);
    this.#size = fstatSync(this.#descriptor).size;
  }

  /** @param {string} line without its line break */
  write(line) {
    const bytes = Buffer.from(`${line}\n`);
    try {
      if (this.#size + bytes.length > this.maxBytes && this.#size > 0) this.#rotate();
      writeSync(this.#descriptor, bytes);
      this.#size += bytes.length;
    } catch {
      // A full disk must not stop what the log is about.
    }
  }

  close() {
    closeSync(this.#descriptor);
  }

  #rotate() {
    closeSync(this.#descriptor);
    rmSync(`${this.path}.${this.keptFiles}`, { force: true });
    for (let number = this.keptFiles - 1; number >= 0; number -= 1) {
      const name = number === 0 ? this.path : `${this.path}.${number}`;
      try {
        renameSync(name, `${this.path}.${number + 1}`);
      } catch {
        // There are not that many old files yet.
      }
    }
    this.#descriptor = openSync(this.path, "a", 0o640);
    this.#size = 0;
  }
}
