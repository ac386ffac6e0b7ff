// @ts-check
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageCommand, repositoryRoot } from "../paths.mjs";
import { runnerEnvironment } from "../python-environment.mjs";

/**
 * One command of the tests.
 * @typedef {object} TestStep
 * @property {string} name
 * @property {string} suite by which it is chosen: `npm test -- unit runner`
 * @property {string} command
 * @property {string[]} args
 * @property {string} [folder]
 * @property {Record<string, string | undefined>} [environment]
 * @property {{ kind: string, file: string }} [report]
 */

/** The suites by name, in the order in which they are run. */
export const SUITES = /** @type {const} */ (["lint", "types", "unit", "runner", "build", "e2e"]);

/**
 * @param {object} options
 * @param {string} options.reports folder for the test runners' reports
 * @param {string} options.python of the development environment; empty when neither runner nor unit tests are wanted
 * @param {string[]} options.passed further words for the one suite that was chosen
 * @returns {TestStep[]}
 */
export function testSteps({ reports, python, passed }) {
  const node = process.execPath;
  const npm = process.env.npm_execpath;
  const script = (/** @type {string} */ name) => ({
    command: npm ? node : "npm",
    args: [...(npm ? [npm] : []), "run", "--silent", name],
  });
  const report = (/** @type {string} */ kind, /** @type {string} */ name) => ({ kind, file: join(reports, name) });
  const runner = { folder: join(repositoryRoot, "runner"), environment: runnerTestEnvironment(python) };
  const tool = (/** @type {string} */ name) => join(dirname(python), name);
  /** @type {TestStep[]} */
  const steps = [
    { name: "lint", suite: "lint", ...script("lint") },
    { name: "types", suite: "types", ...script("types") },
    {
      name: "unit",
      suite: "unit",
      command: node,
      args: [
        packageCommand("vitest"),
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${join(reports, "vitest.json")}`,
        ...passed,
      ],
      environment: { STUDIO_PYTHON: "development", STUDIO_TEST_PYTHON: python },
      report: report("vitest", "vitest.json"),
    },
    { name: "ruff", suite: "runner", command: tool("ruff"), args: ["check", "."], ...runner },
    { name: "pyright", suite: "runner", command: tool("pyright"), args: ["--pythonpath", python], ...runner },
    {
      name: "pytest",
      suite: "runner",
      command: python,
      args: ["-m", "pytest", `--junitxml=${join(reports, "pytest.xml")}`, ...passed],
      ...runner,
      report: report("junit", "pytest.xml"),
    },
    {
      name: "e2e",
      suite: "e2e",
      command: node,
      args: [packageCommand("@playwright/test", "playwright"), "test", "--reporter=list,json", ...passed],
      environment: {
        STUDIO_PYTHON: "development",
        PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, "playwright.json"),
        PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
      },
      report: report("playwright", "playwright.json"),
    },
  ];
  return steps.filter((step) => step.suite !== "e2e" || existsSync(join(repositoryRoot, "e2e")));
}

/** @param {string} python */
function runnerTestEnvironment(python) {
  return {
    PYTHONPATH: runnerEnvironment().PYTHONPATH,
    // Beside the other suites: one thread computes as much as two that wait for each other.
    OMP_NUM_THREADS: process.env.OMP_NUM_THREADS ?? "1",
    OMP_WAIT_POLICY: "passive",
    HF_HUB_OFFLINE: "1",
    PATH: `${dirname(python)}:${process.env.PATH}`,
  };
}
