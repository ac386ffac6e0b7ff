// @ts-check
import { execFileSync, spawnSync } from "node:child_process";
import { Refusal } from "../refusal.mjs";

const USER_NAME = "postgres";

/** @typedef {{ uid: number, gid: number }} SystemUser */

/**
 * PostgreSQL refuses to run as root. Returns the user that it runs as instead, made if there is none; undefined when
 * we are an ordinary user, as whom it can run.
 * @returns {SystemUser | undefined}
 */
export function databaseUser() {
  if (process.getuid?.() !== 0) return undefined;
  return lookUp() ?? create();
}

function lookUp() {
  const uid = spawnSync("id", ["-u", USER_NAME], { encoding: "utf8" });
  const gid = spawnSync("id", ["-g", USER_NAME], { encoding: "utf8" });
  if (uid.status !== 0 || gid.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function create() {
  for (const [command, ...words] of [
    ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", USER_NAME],
    ["adduser", "-S", "-D", "-H", USER_NAME],
  ]) {
    if (command && spawnSync(command, words).status === 0) {
      const user = lookUp();
      if (user) return user;
    }
  }
  throw new Refusal(
    "PostgreSQL does not run as root, and a system user for it could not be made. " +
      `Create a user named '${USER_NAME}', or start the studio as an ordinary user.`,
  );
}

/**
 * How to start a program of PostgreSQL. Where the user cannot reach the studio's folder (a clone below /root, whose
 * folders are closed to others), it is started as that user with the one capability to pass closed folders.
 * @param {string} program
 * @param {string[]} words
 * @param {SystemUser | undefined} user
 * @param {string} dataFolder
 * @returns {{ command: string, args: string[], user?: SystemUser }}
 */
export function commandAs(program, words, user, dataFolder) {
  if (!user) return { command: program, args: words };
  if (canReach(program, dataFolder, user)) return { command: program, args: words, user };
  const passing = [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    "--clear-groups",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
  ];
  if (spawnSync("setpriv", [...passing, "test", "-x", program]).status !== 0) {
    throw new Refusal(
      `PostgreSQL does not run as root, and its user '${USER_NAME}' may not enter the folders above ${dataFolder}. ` +
        "Put the studio where other users may look (for example below /srv), or start it as an ordinary user.",
    );
  }
  return { command: "setpriv", args: [...passing, program, ...words] };
}

/**
 * @param {string} program
 * @param {string} dataFolder
 * @param {SystemUser} user
 */
function canReach(program, dataFolder, user) {
  try {
    execFileSync("/bin/sh", ["-c", 'test -x "$0" && test -x "$1"', program, dataFolder], {
      ...user,
      cwd: "/",
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}
