// @ts-check
/**
 * Which process is which. A process id alone says nothing after a crash, because the system hands it out again; so
 * a process counts as ours only when its start time is the recorded one, or when it carries our mark.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const onLinux = process.platform === "linux";

/**
 * The variable that every process we start carries, and its descendants inherit: `<mark of the data folder>/<name>`.
 */
export const MARK_VARIABLE = "STUDIO_PROCESS_MARK";

/** @param {number} processId */
export function isAlive(processId) {
  try {
    process.kill(processId, 0);
    return !isZombie(processId);
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/**
 * Text that no other process of this id can have, now or after a restart of the machine; undefined when it is gone.
 * @param {number} processId
 * @returns {string | undefined}
 */
export function startStamp(processId) {
  try {
    if (onLinux) {
      const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      return `${bootId} ${statFields(processId)[19]}`;
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(processId)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ids of all living processes that carry the mark. Empty where the system does not show other processes' environment.
 * @param {string} mark with or without the name of a process
 */
export function markedProcesses(mark) {
  if (!onLinux) return [];
  const entry = `${MARK_VARIABLE}=${mark}`;
  /** @param {number} processId */
  const isMarked = (processId) =>
    environmentOf(processId).some((variable) => variable === entry || variable.startsWith(`${entry}/`));
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((processId) => processId !== process.pid && isMarked(processId) && !isZombie(processId));
}

/**
 * The command line of a process, its words joined by spaces; empty when it is gone.
 * @param {number} processId
 */
export function commandLine(processId) {
  try {
    if (onLinux) return readFileSync(`/proc/${processId}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return execFileSync("ps", ["-ww", "-o", "command=", "-p", String(processId)], { encoding: "utf8" }).trim();
  } catch {
    return "";
  }
}

/** @param {number} processId */
function environmentOf(processId) {
  try {
    return readFileSync(`/proc/${processId}/environ`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/**
 * The numbered fields of /proc/…/stat after the program's name, which may itself contain spaces and brackets.
 * @param {number} processId
 */
function statFields(processId) {
  const text = readFileSync(`/proc/${processId}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** A process that has ended and only waits for its parent to ask. @param {number} processId */
function isZombie(processId) {
  if (!onLinux) return false;
  try {
    return statFields(processId)[0] === "Z";
  } catch {
    return false;
  }
}
