// @ts-check
import { expect, test } from "vitest";
import { checkNodeVersion } from "./requirements.mjs";

test("Node is accepted from 20.19 on", () => {
  expect(() => checkNodeVersion("20.19.0")).not.toThrow();
  expect(() => checkNodeVersion("22.1.0")).not.toThrow();
  expect(() => checkNodeVersion("20.18.3")).toThrow(/needs Node\.js 20\.19 or newer, and this is 20\.18\.3/);
  expect(() => checkNodeVersion("18.20.0")).toThrow(/Install a newer one/);
});
