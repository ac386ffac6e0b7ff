// @ts-check
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countTests } from "./counts.mjs";
import { temporaryFolder } from "./temporary-folder.mjs";

/** @param {string} kind @param {string} text */
function report(kind, text) {
  const file = join(temporaryFolder(), "report");
  writeFileSync(file, text);
  return { kind, file };
}

test("a step without a report is one test", () => {
  expect(countTests({ succeeded: true })).toEqual({ passed: 1, failed: 0 });
  expect(countTests({ succeeded: false })).toEqual({ passed: 0, failed: 1 });
});

test("Vitest's, Playwright's and pytest's own counts are taken", () => {
  const vitest = report("vitest", '{"numPassedTests":5,"numFailedTests":2,"numFailedTestSuites":1}');
  expect(countTests({ succeeded: false, report: vitest })).toEqual({ passed: 5, failed: 2 });
  const playwright = report("playwright", '{"stats":{"expected":3,"unexpected":0,"flaky":1,"skipped":4}}');
  expect(countTests({ succeeded: true, report: playwright })).toEqual({ passed: 4, failed: 0 });
  const suite = '<testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10" time="1.5">';
  const junit = report("junit", `<?xml version="1.0"?><testsuites name="pytest tests">${suite}<testcase/></testsuite>`);
  expect(countTests({ succeeded: false, report: junit })).toEqual({ passed: 4, failed: 3 });
});

test("a failure that no report tells of counts all the same", () => {
  const fine = report("vitest", '{"numPassedTests":5,"numFailedTests":0,"numFailedTestSuites":0}');
  expect(countTests({ succeeded: false, report: fine })).toEqual({ passed: 5, failed: 1 });
  expect(countTests({ succeeded: false, report: { kind: "junit", file: "/nowhere" } })).toEqual({
    passed: 0,
    failed: 1,
  });
  expect(countTests({ succeeded: true, report: { kind: "junit", file: "/nowhere" } })).toEqual({
    passed: 0,
    failed: 1,
  });
});
