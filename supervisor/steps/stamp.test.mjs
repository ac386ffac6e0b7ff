// @ts-check
import { expect, test } from "vitest";
import { digestOf } from "./stamp.mjs";

test("a digest depends on what is inside, and not on what is ignored or missing", () => {
  expect(digestOf(["supervisor/steps"])).toBe(digestOf(["supervisor/steps", "no/such/folder"]));
  expect(digestOf(["supervisor/steps"])).not.toBe(digestOf(["supervisor/steps"], ["supervisor/steps/stamp.mjs"]));
  expect(digestOf(["supervisor/steps"])).not.toBe(digestOf(["supervisor/session"]));
});
