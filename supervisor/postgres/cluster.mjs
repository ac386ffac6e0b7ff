// @ts-check
import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { explainFileError, Refusal } from "../refusal.mjs";
import { MAJOR_VERSION, postgresBinaries } from "./binaries.mjs";
import { commandAs, databaseUser } from "./system-user.mjs";

/** @typedef {import("./system-user.mjs").SystemUser} SystemUser */

export const DATABASE_USER = "studio";

/**
 * Makes PostgreSQL's data folder unless it is there; refuses one that this version cannot open.
 * @param {string} folder
 * @param {string} password
 * @returns {Promise<{ created: boolean }>}
 */
export async function ensureCluster(folder, password) {
  const user = databaseUser();
  if (existsSync(join(folder, "PG_VERSION"))) {
    checkVersion(folder);
    checkOwner(folder, user);
    return { created: false };
  }
  // Made beside it and renamed when complete, so that an interrupted first start leaves nothing half made.
  const unfinished = `${folder}.unfinished`;
  try {
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    if (user) chownSync(unfinished, user.uid, user.gid);
    await initialise(unfinished, password, user);
    renameSync(unfinished, folder);
  } catch (error) {
    throw explainFileError(error, dirname(folder));
  }
  return { created: true };
}

/** @param {string} folder */
function checkVersion(folder) {
  const found = readFileSync(join(folder, "PG_VERSION"), "utf8").trim();
  if (found === MAJOR_VERSION) return;
  throw new Refusal(
    `The database in ${folder} was made by PostgreSQL ${found}, and this studio brings PostgreSQL ${MAJOR_VERSION}. ` +
      "Take a pg_dump with the version of the studio that made it and pg_restore it here, or move the folder away to start empty.",
  );
}

/**
 * @param {string} folder
 * @param {SystemUser | undefined} user
 */
function checkOwner(folder, user) {
  const wanted = user?.uid ?? process.getuid?.();
  const { uid } = statSync(folder);
  if (wanted === undefined || uid === wanted) return;
  throw new Refusal(
    `The database in ${folder} belongs to another user (id ${uid}; this start would use id ${wanted}). ` +
      "Start the studio as the user who started it first, or choose another folder with --data.",
  );
}

/**
 * @param {string} folder
 * @param {string} password
 * @param {SystemUser | undefined} user
 */
async function initialise(folder, password, user) {
  const passwordFile = join(tmpdir(), `studio-${process.pid}-${Math.random().toString(36).slice(2)}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  try {
    await run(
      commandAs(
        postgresBinaries().initdb,
        [
          `--pgdata=${folder}`,
          `--username=${DATABASE_USER}`,
          `--pwfile=${passwordFile}`,
          "--auth=scram-sha-256",
          "--encoding=UTF8",
          // Messages and numbers as in C, so that they can be read by programs; text sorted as German readers expect.
          "--locale=C",
          "--locale-provider=icu",
          "--icu-locale=de",
          "--no-instructions",
        ],
        user,
        folder,
      ),
    );
    chmodSync(folder, 0o700);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** @param {{ command: string, args: string[], user?: SystemUser }} command */
function run({ command, args, user }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: "/", stdio: ["ignore", "ignore", "pipe"], ...user });
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(undefined);
      else if (/No space left on device/i.test(errors)) reject(Object.assign(new Error(errors), { code: "ENOSPC" }));
      else reject(new Refusal(`PostgreSQL's data folder could not be made:\n${errors.trim()}`));
    });
  });
}
