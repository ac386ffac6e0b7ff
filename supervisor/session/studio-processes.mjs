// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageCommand, repositoryRoot } from "../paths.mjs";
import { typescriptOptions } from "../steps/example-study.mjs";
import { nextProgram } from "../steps/web-build.mjs";

const WORKER_PROGRAM = "worker/main.ts";

/** @typedef {import("../processes/supervised-process.mjs").ProcessDescription} ProcessDescription */

/**
 * @param {object} options
 * @param {Record<string, string>} options.environment
 * @param {string} options.host
 * @param {number} options.port
 * @param {boolean} [options.reloading] for development
 * @returns {ProcessDescription}
 */
export function webProcess({ environment, host, port, reloading = false }) {
  return {
    name: "web",
    command: process.execPath,
    args: [nextProgram(), reloading ? "dev" : "start", "-H", host, "-p", String(port)],
    environment: { ...environment, NODE_ENV: reloading ? "development" : "production" },
    folder: repositoryRoot,
    endOrder: 10,
    isReady: () => answersAnything(`http://${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${port}/`),
    readyTimeoutMs: 120_000,
    maxRestarts: 5,
  };
}

/**
 * @param {object} options
 * @param {Record<string, string>} options.environment
 * @param {boolean} [options.reloading] for development
 * @returns {ProcessDescription}
 */
export function workerProcess({ environment, reloading = false }) {
  const plain = [...typescriptOptions, WORKER_PROGRAM];
  const watching = [
    packageCommand("tsx"),
    "watch",
    "--clear-screen=false",
    "--conditions=react-server",
    WORKER_PROGRAM,
  ];
  return {
    name: "worker",
    command: process.execPath,
    args: reloading ? watching : plain,
    environment: { ...environment, NODE_ENV: reloading ? "development" : "production" },
    folder: repositoryRoot,
    endOrder: 20,
    graceMs: 15_000, // it finishes the tick at hand
    maxRestarts: 5,
  };
}

export function hasWorker() {
  return existsSync(join(repositoryRoot, WORKER_PROGRAM));
}

/**
 * A page that says 'sign in first' or 'not found' is served by a web process that is up.
 * @param {string} url
 */
async function answersAnything(url) {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(20_000) });
    await response.arrayBuffer();
    return response.status < 500;
  } catch {
    return false;
  }
}
