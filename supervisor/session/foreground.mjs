// @ts-check
import { spawn } from "node:child_process";
import { constants } from "node:os";

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Runs one process with our own terminal and passes signals on: for Docker, systemd and the like, which restart and log
 * by themselves.
 * @param {Pick<import("../processes/supervised-process.mjs").ProcessDescription, "command" | "args" | "environment" | "folder">} description
 * @returns {Promise<number>} its exit code
 */
export function runInForeground({ command, args = [], environment, folder }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: "inherit", env: { ...process.env, ...environment } });
    const handlers = SIGNALS.map((signal) => /** @type {const} */ ([signal, () => void child.kill(signal)]));
    for (const [signal, handler] of handlers) process.on(signal, handler);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
