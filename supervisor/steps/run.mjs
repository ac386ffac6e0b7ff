// @ts-check
import { spawn } from "node:child_process";
import readline from "node:readline";
import { repositoryRoot } from "../paths.mjs";
import { MARK_VARIABLE } from "../processes/identity.mjs";
import { Refusal } from "../refusal.mjs";

const LAST_LINES = 40;

/**
 * Runs a command of a start to its end, as one of the session's processes: it ends with the session, also when the
 * supervisor is killed. Its output goes to the log; when it fails, a Refusal shows the end of it.
 * @param {import("../session/session.mjs").Session} session
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {{ environment?: Record<string, string | undefined>, folder?: string, complaint: string }} options
 */
export function runToEnd(session, name, command, args, { environment = {}, folder = repositoryRoot, complaint }) {
  const { table, surroundings } = session;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment, [MARK_VARIABLE]: `${table.mark}/${name}` },
    });
    const { pid } = child;
    if (pid !== undefined) table.add({ name, processId: pid, endOrder: 5, endSignal: "SIGTERM", graceMs: 3000 });
    /** @type {string[]} */
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      readline.createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (lines.length > LAST_LINES) lines.shift();
        surroundings.onLine(name, line);
      });
    }
    child.once("error", reject);
    child.once("close", (code) => {
      if (pid !== undefined) table.remove(pid);
      if (code === 0) resolve(undefined);
      else if (lines.some((line) => /ENOSPC|No space left on device/.test(line))) {
        reject(new Refusal(`${complaint} The disk is full.`));
      } else reject(new Refusal(`${complaint}\n${lines.join("\n")}`));
    });
  });
}
