// @ts-check
import { expect } from "vitest";

/**
 * Expects something to become true; patient, because the machine may be busy with other tests.
 * @template T
 * @param {() => T} read
 */
export function eventually(read) {
  return expect.poll(read, { timeout: 40_000, interval: 50 });
}
