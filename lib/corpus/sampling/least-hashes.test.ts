import { describe, expect, it } from "vitest";
import { leastHashes } from "./least-hashes";

const numbers = (length: number, seed: number) => {
  let state = seed;
  return Int32Array.from({ length }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return state | 0;
  });
};

/** Number by number, as it is defined. */
const expectedOf = (multipliers: Int32Array, offsets: Int32Array, values: Int32Array) =>
  Array.from(multipliers, (multiplier, hash) =>
    values.reduce(
      (least, value) => Math.min(least, (Math.imul(value, multiplier) + (offsets[hash] ?? 0)) | 0),
      0x7fffffff,
    ),
  );

describe("the least hashes of some values", () => {
  const [multipliers, offsets] = [numbers(96, 1), numbers(96, 2)];
  const hashing = leastHashes(multipliers, offsets, 20_000);

  it.each([1, 2, 3, 41, 20_000])("are those of the definition for %i values", (count) => {
    const values = numbers(count, count + 7);
    hashing.values.set(values);
    expect([...hashing.leastOf(count)]).toEqual(expectedOf(multipliers, offsets, values));
  });

  it("overflow and compare as signed 32-bit integers do", () => {
    const values = Int32Array.of(0, -1, 0x7fffffff, -0x80000000);
    hashing.values.set(values);
    expect([...hashing.leastOf(4)]).toEqual(expectedOf(multipliers, offsets, values));
  });

  it("forget what was there before", () => {
    hashing.values.set(numbers(100, 3));
    hashing.leastOf(100);
    hashing.values[0] = 5;
    expect([...hashing.leastOf(1)]).toEqual(expectedOf(multipliers, offsets, Int32Array.of(5)));
  });

  it("are refused for no values and for more than fit", () => {
    expect(() => hashing.leastOf(0)).toThrow(RangeError);
    expect(() => hashing.leastOf(20_001)).toThrow(RangeError);
  });
});
