// @ts-check
import { expect, test } from "vitest";
import { explain, readProgressLine } from "./example-models.mjs";
import { Refusal } from "./refusal.mjs";

test("the runner's progress lines become fractions with a key for the interface's texts", () => {
  const line = '{"model": "smollm2-135m-instruct", "phase": "downloading", "done": 25, "total": 100}';
  expect(readProgressLine(line)).toEqual({
    phase: "downloading",
    fraction: 0.25,
    messageKey: "exampleModels.downloading",
    detail: "smollm2-135m-instruct",
  });
});

test("waiting for another process has no fraction", () => {
  const line = '{"model": "smollm2-135m-instruct", "phase": "waiting", "done": 0, "total": 1}';
  expect(readProgressLine(line)?.fraction).toBeNull();
});

test.each(["Loading weights: 100%", "[1, 2]", "null", ""])("other lines are no progress: %s", (line) => {
  expect(readProgressLine(line)).toBeUndefined();
});

test("what a person can mend becomes a sentence, anything else keeps its last lines", () => {
  const mistake = explain(["…", '{"code": "disk_full", "message": "The example models need 1 GiB."}']);
  expect(mistake).toBeInstanceOf(Refusal);
  expect(mistake.message).toBe("The example models need 1 GiB.");

  const fault = explain(["Traceback (most recent call last):", "ValueError: odd"]);
  expect(fault).not.toBeInstanceOf(Refusal);
  expect(fault.message).toContain("ValueError: odd");
});
