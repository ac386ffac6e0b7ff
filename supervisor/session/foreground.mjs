// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs one process with our own terminal, passes signals on, and ends with its exit code: for Docker, systemd and the like,
 * which restart and log by themselves.
 * @param {import("../processes/supervised-process.mjs").ProcessDescription} description
 * @returns {Promise<void>}
 */
export function runInForeground({ command, args = [], environment, folder }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: "inherit", env: { ...process.env, ...environment } });
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.on(signal, () => child.kill(signal));
    }
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve();
    });
  });
}
