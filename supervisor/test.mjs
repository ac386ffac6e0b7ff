// @ts-check
/**
 * `npm test`: installs what the tests need and runs them all; `npm test -- unit runner` runs some suites, and words after
 * a second `--` go to the one suite that was chosen (`npm test -- unit -- lib/stats`). The last line counts.
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DataFolder } from "./data-folder.mjs";
import { ensureExampleModels } from "./example-models.mjs";
import { repositoryRoot } from "./paths.mjs";
import { ensurePythonEnvironment } from "./python-environment.mjs";
import { Refusal } from "./refusal.mjs";
import { Session } from "./session/session.mjs";
import { complain, say, showFailure, step } from "./session/terminal.mjs";
import { ensureNpmPackages } from "./steps/npm-packages.mjs";
import { ensurePrismaClient } from "./steps/prisma-client.mjs";
import { checkDisk, checkNodeVersion } from "./steps/requirements.mjs";
import { runToEnd } from "./steps/run.mjs";
import { ensureWebBuild } from "./steps/web-build.mjs";
import { ensureBrowser } from "./testing/browser.mjs";
import { countTests } from "./testing/counts.mjs";
import { SUITES, testSteps } from "./testing/steps.mjs";

/** Shown of a log when a step fails; all of it stays in the file. */
const SHOWN_BYTES = 60_000;

const total = { passed: 0, failed: 0 };
/** @type {Session | undefined} */
let session;
process.exitCode = 1; // also when it is interrupted
try {
  const wanted = readSuites(process.argv.slice(2));
  checkNodeVersion();
  const dataFolder = new DataFolder(join(repositoryRoot, ".studio", "tests"));
  await checkDisk(dataFolder.path);
  session = await Session.open(dataFolder, { echoed: false });
  rmSync(dataFolder.logs, { recursive: true, force: true });
  await runTests(session, wanted);
} catch (error) {
  total.failed += 1;
  showFailure(error);
}
process.exitCode = total.failed > 0 ? 1 : 0;
session?.beforeExit(conclude);
if (session) await session.end();
else conclude();

function conclude() {
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
}

/**
 * @param {Session} session
 * @param {{ suites: string[], passed: string[] }} wanted
 */
async function runTests(session, { suites, passed }) {
  const needs = (/** @type {string[]} */ ...names) => names.some((name) => suites.includes(name));
  await ensureNpmPackages(session);
  await ensurePrismaClient(session);
  // The largest download, while the checks that need none of it run.
  const python = needs("unit", "runner", "e2e") ? preparePython(session) : Promise.resolve("");
  python.catch(() => {});
  const browser = needs("e2e") ? step("Looking for a browser", () => ensureBrowser(session)) : Promise.resolve();
  browser.catch(() => {});
  const reports = join(session.dataFolder.path, "reports");
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const steps = (/** @type {string} */ executable) =>
    testSteps({ reports, python: executable, passed }).filter((one) => suites.includes(one.suite));
  const inTurn = async (/** @type {string} */ executable, /** @type {string[]} */ ...names) => {
    for (const one of steps(executable)) if (names.includes(one.suite)) await runStep(session, one);
  };

  // Two lanes for two cores: the studio's own checks and its build, beside the runner's tests, which train on one thread.
  const studioLane = async () => {
    await inTurn("", "lint", "types");
    await inTurn(await python, "unit");
    if (needs("build", "e2e")) await runBuild(session);
  };
  const runnerLane = async () => inTurn(await python, "runner");
  // Both are told to their end, also where the build fails.
  const ends = await Promise.allSettled([studioLane(), runnerLane()]);
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  await browser;
  await inTurn(await python, "e2e");
}

/** @param {Session} session */
function preparePython(session) {
  const { signal } = session;
  return step("Preparing the Python environment and the example models", async () => {
    let last = "";
    const onProgress = (/** @type {{ messageKey: string }} */ { messageKey }) => {
      if (messageKey !== last) session.surroundings.onLine("python", messageKey);
      last = messageKey;
    };
    const { python } = await ensurePythonEnvironment({ development: true, onProgress, signal });
    await ensureExampleModels({ python, onProgress, signal });
    return python;
  });
}

/** @param {Session} session */
async function runBuild(session) {
  try {
    await ensureWebBuild(session);
    total.passed += 1;
  } catch (error) {
    total.failed += 1;
    showFailure(error);
    throw new Refusal("Without the build there are no end-to-end tests.");
  }
}

/**
 * @param {Session} session
 * @param {import("./testing/steps.mjs").TestStep} one
 */
async function runStep(session, one) {
  say(`… ${one.name}`);
  const began = Date.now();
  const { command, args, environment, folder } = one;
  let succeeded = true;
  try {
    await runToEnd(session, one.name, command, args, { environment, folder, complaint: `${one.name} failed.` });
  } catch (error) {
    if (session.signal.aborted) throw error;
    succeeded = false;
  }
  const counts = countTests({ succeeded, report: one.report });
  total.passed += counts.passed;
  total.failed += counts.failed;
  const summary = `${one.name}: ${counts.passed} passed, ${counts.failed} failed (${Math.round((Date.now() - began) / 1000)} s)`;
  if (counts.failed === 0) return say(`✓ ${summary}`);
  complain(`✗ ${summary}`);
  const log = join(session.dataFolder.logs, `${one.name}.log`);
  process.stderr.write(`${readFileSync(log, "utf8").slice(-SHOWN_BYTES)}\n(${log})\n`);
}

/** @param {string[]} words */
function readSuites(words) {
  const end = words.indexOf("--");
  const named = end === -1 ? words : words.slice(0, end);
  const passed = end === -1 ? [] : words.slice(end + 1);
  const unknown = named.filter((name) => !SUITES.some((suite) => suite === name));
  if (unknown.length > 0) {
    throw new Refusal(`There is no suite '${unknown.join(" ")}'. Suites: ${SUITES.join(", ")}. All: npm test`);
  }
  if (passed.length > 0 && named.length !== 1) throw new Refusal("Words after -- need exactly one suite before it.");
  return { suites: named.length > 0 ? named : [...SUITES], passed };
}
