// @ts-check
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../paths.mjs";

/**
 * A digest over files and folders of the repository, by content: a fresh clone and a changed clock make no difference.
 * @param {string[]} paths relative to the repository; missing ones count as missing
 * @param {string[]} [ignored] relative paths
 */
export function digestOf(paths, ignored = []) {
  const hash = createHash("sha256");
  /** @param {string} path */
  const visit = (path) => {
    const full = join(repositoryRoot, path);
    if (!existsSync(full) || ignored.includes(path)) return;
    if (lstatSync(full).isDirectory()) {
      for (const name of readdirSync(full).sort()) visit(`${path}/${name}`);
      return;
    }
    hash.update(`${path}\0`).update(readFileSync(full)).update("\0");
  };
  for (const path of paths) visit(path);
  return hash.digest("hex");
}

/**
 * @param {string} file relative to the repository
 * @returns {string | undefined}
 */
export function readStamp(file) {
  try {
    return readFileSync(join(repositoryRoot, file), "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * @param {string} file relative to the repository
 * @param {string} digest
 */
export function writeStamp(file, digest) {
  writeFileSync(join(repositoryRoot, file), `${digest}\n`);
}
