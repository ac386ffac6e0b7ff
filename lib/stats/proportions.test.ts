import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clopperPearsonInterval, precisionAtPrevalence, proportion, wilsonInterval } from "./proportions";
import type { Interval } from "./types";

describe("intervals of a proportion", () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I: methods 3 and 5
  it.each([
    [81, 263, [0.2553, 0.3662], [0.2527, 0.3676]],
    [15, 148, [0.0624, 0.1605], [0.0578, 0.1617]],
    [0, 20, [0, 0.1611], [0, 0.1684]],
    [1, 29, [0.0061, 0.1718], [0.0009, 0.1776]],
  ])("are the published ones for %i of %i", (successes, trials, wilson, exact) => {
    const [score, clopperPearson] = [wilsonInterval(successes, trials), clopperPearsonInterval(successes, trials)];
    expect(score.lower).toBeCloseTo(wilson[0] ?? 0, 4);
    expect(score.upper).toBeCloseTo(wilson[1] ?? 0, 4);
    expect(clopperPearson.lower).toBeCloseTo(exact[0] ?? 0, 4);
    expect(clopperPearson.upper).toBeCloseTo(exact[1] ?? 0, 4);
  });

  it("agree to five digits with the reference values", () => {
    const [wilson, exact] = [wilsonInterval(81, 263), clopperPearsonInterval(81, 263)];
    expect([wilson.lower, wilson.upper].map((limit) => limit.toFixed(5))).toEqual(["0.25529", "0.36621"]);
    expect([exact.lower, exact.upper].map((limit) => limit.toFixed(5))).toEqual(["0.25274", "0.36762"]);
    expect(wilsonInterval(0, 20).upper.toFixed(5)).toBe("0.16113");
    expect(clopperPearsonInterval(0, 20).upper.toFixed(5)).toBe("0.16843");
  });

  it("belong to a standard error that is not 0 where all went alike", () => {
    expect(proportion(81, 263).standardError).toBeCloseTo(Math.sqrt((81 / 263) * (182 / 263)) / Math.sqrt(263), 12);
    for (const successes of [0, 20]) {
      const { value, standardError, interval, n } = proportion(successes, 20);
      expect({ value, n, interval }).toEqual({ value: successes / 20, n: 20, interval: wilsonInterval(successes, 20) });
      expect(standardError).toBeCloseTo(0.16113 / 2 / 1.959964, 5);
    }
  });

  const intervals: [string, (successes: number, trials: number, level?: number) => Interval][] = [
    ["wilson", wilsonInterval],
    ["clopperPearson", clopperPearsonInterval],
  ];
  it.each(intervals)("%s holds the share, stays within 0 and 1, mirrors, and grows with the level", (_, interval) => {
    const counts = fc
      .integer({ min: 1, max: 2000 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const { lower, upper } = interval(successes, trials);
        const mirrored = interval(trials - successes, trials);
        const wider = interval(successes, trials, 0.99);
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(upper).toBeLessThanOrEqual(1);
        expect(lower).toBeLessThanOrEqual(successes / trials);
        expect(upper).toBeGreaterThanOrEqual(successes / trials);
        expect(upper).toBeGreaterThan(lower);
        expect(mirrored.lower).toBeCloseTo(1 - upper, 10);
        expect(wider.lower).toBeLessThanOrEqual(lower);
        expect(wider.upper).toBeGreaterThanOrEqual(upper);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  /** Probability that the interval holds the share, summed over all outcomes. */
  function coverage(interval: (successes: number, trials: number) => Interval, trials: number, share: number): number {
    let [logarithm, covered] = [trials * Math.log(1 - share), 0];
    for (let successes = 0; successes <= trials; successes++) {
      const { lower, upper } = interval(successes, trials);
      if (lower <= share && share <= upper) covered += Math.exp(logarithm);
      logarithm += Math.log(((trials - successes) / (successes + 1)) * (share / (1 - share)));
    }
    return covered;
  }
  const shares = Array.from({ length: 98 }, (_, i) => (i + 1.37) / 100);

  it("cover at least 95 % whatever the share if exact, and 95 % on average if Wilson's", () => {
    for (const trials of [10, 50, 200]) {
      const exact = shares.map((share) => coverage(clopperPearsonInterval, trials, share));
      expect(Math.min(...exact)).toBeGreaterThanOrEqual(0.95);
      const wilson = shares.map((share) => coverage(wilsonInterval, trials, share));
      const mean = wilson.reduce((sum, value) => sum + value, 0) / wilson.length;
      expect(mean).toBeGreaterThan(0.945);
      expect(mean).toBeLessThan(0.962);
      expect(Math.min(...wilson)).toBeGreaterThan(0.83);
    }
  });

  it("refuse counts that can't be", () => {
    expect(() => wilsonInterval(0, 0)).toThrow("at least one trial");
    expect(() => wilsonInterval(5, 4)).toThrow("more successes (5) than trials (4)");
    expect(() => clopperPearsonInterval(1.5, 4)).toThrow("whole number");
    expect(() => clopperPearsonInterval(1, 4, 95)).toThrow("confidence level");
  });
});

describe("precision at a prevalence", () => {
  it("is Bayes' theorem", () => {
    expect(precisionAtPrevalence(0.99, 0.99, 0.01)).toBeCloseTo(0.5, 12);
    expect(precisionAtPrevalence(0.9, 1, 0.3)).toBe(1);
    expect(precisionAtPrevalence(0.8, 0.9, 0)).toBe(0);
  });

  it("has no value for a test that is never positive", () => {
    expect(() => precisionAtPrevalence(0, 1, 0.5)).toThrow("no value");
    expect(() => precisionAtPrevalence(1.2, 1, 0.5)).toThrow("between 0 and 1");
  });
});
