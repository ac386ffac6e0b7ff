// @ts-check
/**
 * The Python environment that the runner, Ray and the local LLM share. `node supervisor/python-environment.mjs` makes
 * it by hand; with `--development` it also holds what the runner's tests need.
 */
import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { isProgram, repositoryRoot } from "./paths.mjs";
import { findPython } from "./python/find-python.mjs";
import { withLock } from "./python/folder-lock.mjs";
import { runCommand } from "./python/run-command.mjs";
import { studioCacheFolder } from "./python/studio-cache.mjs";
import { showInTerminal } from "./python/terminal-progress.mjs";
import { pipConfiguration, UvProgress, uvEnvironment } from "./python/uv.mjs";
import { Refusal } from "./refusal.mjs";

const GIBIBYTE = 1024 ** 3;
const NEEDED_BYTES = 8 * GIBIBYTE;
/** What an environment takes when all packages are new to this machine, for the progress bar. */
const EXPECTED_BYTES = 5.6e9;
const MEASURE_EVERY_MS = 1000;

const runnerFolder = join(repositoryRoot, "runner");

/**
 * @typedef {object} EnvironmentProgress
 * @property {"waiting" | "creating" | "downloading" | "installing" | "compiling" | "ready"} phase
 * @property {number | null} fraction of this phase, null where it is not known
 * @property {string} messageKey for the interface's texts
 * @property {string} [detail] what is being fetched just now
 */

/**
 * The Python of a complete environment, which is made first where it is missing. That takes minutes, once per machine
 * and version of runner/requirements.txt.
 * @param {{ onProgress?: (progress: EnvironmentProgress) => void, signal?: AbortSignal, development?: boolean }} [options]
 * @returns {Promise<{ python: string }>}
 */
export async function ensurePythonEnvironment({ onProgress = () => {}, signal, development = false } = {}) {
  const requirements = join(runnerFolder, development ? "requirements-dev.txt" : "requirements.txt");
  const base = await findPython({ signal });
  const cache = studioCacheFolder();
  const folder = join(cache, environmentName(readFileSync(requirements, "utf8"), base.version));
  const python = join(folder, "bin", "python");
  /** @param {EnvironmentProgress["phase"]} phase @param {number | null} [fraction] @param {string} [detail] */
  const report = (phase, fraction = null, detail) =>
    onProgress({ phase, fraction, messageKey: `python.${phase}`, ...(detail ? { detail } : {}) });

  if (!(await isComplete(folder, signal))) {
    createCache(cache);
    const onWait = () => report("waiting");
    await withLock(`${folder}.lock`, () => install(), { signal, onWait });
  }
  // Tells a person who cleans up which environments are still in use.
  utimesSync(markOf(folder), new Date(), new Date());
  report("ready", 1);
  return { python };

  async function install() {
    if (await isComplete(folder, signal)) return;
    await requireRoom(cache);
    report("creating");
    // One that was killed while it was created can start already and lack pip.
    if (!(await starts(python, signal, ["-m", "pip", "--version"]))) {
      rmSync(folder, { recursive: true, force: true });
      await must(base.path, ["-m", "venv", folder], "The Python environment could not be created");
    }
    const uvRequirements = join(runnerFolder, "requirements-uv.txt");
    const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", uvRequirements];
    await must(python, pip, "The installer uv could not be fetched");
    await fetchPackages();
    report("compiling");
    // Halves the time that every later start takes. Packages hold a few files on purpose that no Python can compile.
    await runCommand(python, ["-m", "compileall", "-q", "-j", "0", join(folder, "lib")], { signal });
    writeFileSync(markOf(folder), `${JSON.stringify({ python: base.version, development })}\n`);
  }

  async function fetchPackages() {
    const uvProgress = new UvProgress();
    const before = await freeBytes(cache);
    let most = 0;
    const measure = async () => {
      most = Math.max(most, Math.min((before - (await freeBytes(cache))) / EXPECTED_BYTES, 0.99));
      report(uvProgress.phase, uvProgress.phase === "downloading" ? most : null, uvProgress.detail);
    };
    await measure();
    const timer = setInterval(() => measure().catch(() => {}), MEASURE_EVERY_MS);
    try {
      const uv = join(folder, "bin", "uv");
      const environment = uvEnvironment(await pipConfiguration(python, signal), cache);
      const args = ["pip", "sync", "--python", python, "--require-hashes", requirements];
      await must(uv, args, "The Python packages could not be installed", environment, (line) => uvProgress.read(line));
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {string} complaint
   * @param {NodeJS.ProcessEnv} [environment]
   * @param {(line: string) => void} [onLine]
   */
  async function must(command, args, complaint, environment, onLine) {
    const { code, lastLines } = await runCommand(command, args, { environment, signal, onLine });
    if (code === 0) return;
    if (lastLines.some((line) => /No space left|Disk quota exceeded/.test(line))) throw tooLittleRoom(cache);
    throw new Refusal(
      `${complaint}. Check that this machine reaches a Python package index (pip's settings are used), ` +
        `then start again: what was fetched so far is kept.\n${lastLines.join("\n")}`,
    );
  }
}

/**
 * @param {string} requirements the text of the requirements file
 * @param {string} pythonVersion such as 3.11
 */
export function environmentName(requirements, pythonVersion) {
  return `python-${createHash("sha256").update(requirements).update(pythonVersion).digest("hex").slice(0, 16)}`;
}

/**
 * The variables with which the environment's Python finds the runner of this clone.
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {NodeJS.ProcessEnv}
 */
export function runnerEnvironment(environment = process.env) {
  const path = [join(runnerFolder, "src"), environment.PYTHONPATH].filter(Boolean).join(delimiter);
  return { ...environment, PYTHONPATH: path };
}

/** @param {string} folder */
function markOf(folder) {
  return join(folder, "complete");
}

/**
 * @param {string} folder
 * @param {AbortSignal} [signal]
 */
async function isComplete(folder, signal) {
  // Its interpreter can vanish with an update of the system: then the environment is made anew.
  return existsSync(markOf(folder)) && (await starts(join(folder, "bin", "python"), signal));
}

/**
 * @param {string} python
 * @param {AbortSignal} [signal]
 * @param {string[]} [args]
 */
async function starts(python, signal, args = ["-c", ""]) {
  return existsSync(python) && (await runCommand(python, args, { signal })).code === 0;
}

/** @param {string} folder */
async function freeBytes(folder) {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** @param {string} cache */
async function requireRoom(cache) {
  const free = await freeBytes(cache);
  if (free < NEEDED_BYTES) throw tooLittleRoom(cache, free);
}

/** @param {string} cache @param {number} [free] */
function tooLittleRoom(cache, free) {
  const left = free === undefined ? "is full" : `has ${(free / GIBIBYTE).toFixed(1)} GiB left`;
  return new Refusal(
    `The Python environment needs ${NEEDED_BYTES / GIBIBYTE} GiB, and ${cache} ${left}. Free some space there, or set ` +
      "STUDIO_CACHE to a folder on another disk, then start again.",
  );
}

/** @param {string} cache */
function createCache(cache) {
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (error) {
    throw new Refusal(`This user may not write in ${cache}. Set STUDIO_CACHE to another folder, then start again.`, {
      cause: error,
    });
  }
}

if (isProgram(import.meta.url)) {
  const development = process.argv.includes("--development");
  await showInTerminal(
    (options) => ensurePythonEnvironment({ ...options, development }),
    ({ python }) => python,
  );
}
