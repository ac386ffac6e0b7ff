// @ts-check
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 */

/** How the reports of the test runners are read. @type {Record<string, (text: string) => Counts>} */
const readers = {
  vitest: (text) => {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(text);
    // A file that cannot even be read holds no test that could fail.
    return { passed: numPassedTests, failed: numFailedTests || numFailedTestSuites };
  },
  playwright: (text) => {
    const { expected, unexpected, flaky } = JSON.parse(text).stats;
    return { passed: expected + flaky, failed: unexpected };
  },
  junit: (text) => {
    const sum = (/** @type {string} */ name) => {
      const found = [...text.matchAll(/<testsuite [^>]*>/g)].map(
        ([tag]) => new RegExp(` ${name}="(\\d+)"`).exec(tag)?.[1] ?? "0",
      );
      return found.reduce((total, value) => total + Number(value), 0);
    };
    const failed = sum("failures") + sum("errors");
    return { passed: sum("tests") - failed - sum("skipped"), failed };
  },
};

/**
 * What a finished step counts. A step without a report counts as one test; a report that is missing or tells of no
 * failure although the step failed counts as one failure.
 * @param {{ succeeded: boolean, report?: { kind: keyof typeof readers, file: string } }} step
 * @returns {Counts}
 */
export function countTests({ succeeded, report }) {
  const counts = report ? readReport(report) : { passed: succeeded ? 1 : 0, failed: 0 };
  if (!succeeded && counts.failed === 0) return { ...counts, failed: 1 };
  return counts;
}

/**
 * @param {{ kind: keyof typeof readers, file: string }} report
 * @returns {Counts}
 */
function readReport({ kind, file }) {
  try {
    const read = readers[kind];
    if (!read) throw new Error(`There is no reader for ${kind}.`);
    return read(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1 };
  }
}
