import { describe, expect, it } from "vitest";
import { winRate } from "../pairwise/win-rate";
import { studyGenerator } from "../testing/repeated-studies";
import type { Estimate } from "../types";
import { macroAverage } from "./macro-average";

function part(value: number, standardError: number, n = 100): Estimate {
  const interval = { lower: value - 1.96 * standardError, upper: value + 1.96 * standardError };
  return { value, standardError, interval, level: 0.95, n, method: "made up" };
}

describe("an average of figures", () => {
  it("carries their errors", () => {
    const { value, standardError, interval, n } = macroAverage([part(0.5, 0.03), part(0.7, 0.04, 50)]);
    expect(value).toBeCloseTo(0.6, 12);
    expect(standardError).toBeCloseTo(0.025, 12);
    expect(interval.lower).toBeCloseTo(0.6 - 1.959964 * 0.025, 6);
    expect(interval.upper).toBeCloseTo(0.6 + 1.959964 * 0.025, 6);
    expect(n).toBe(150);
  });

  it("weights them, by proportion only", () => {
    const parts = [part(0.5, 0.03), part(0.7, 0.04)];
    const weighted = macroAverage(parts, [3, 1]);
    expect(weighted.value).toBeCloseTo(0.55, 12);
    expect(weighted.standardError).toBeCloseTo(Math.hypot(0.75 * 0.03, 0.25 * 0.04), 12);
    expect(macroAverage(parts, [30, 10]).standardError).toBeCloseTo(weighted.standardError, 12);
    expect(macroAverage(parts, [1, 0]).value).toBe(0.5);
  });

  it("takes the error of a figure without errors from its interval", () => {
    const flawless = { ...part(1, 0), interval: { lower: 0.9, upper: 1 } };
    expect(macroAverage([flawless, part(0.5, 0)]).standardError).toBeCloseTo(0.1 / (2 * 1.959964) / 2, 6);
  });

  it("covers the average about 95 % of the time", () => {
    const { multinomial } = studyGenerator(61);
    const shares = [0.3, 0.6, 0.85];
    let covered = 0;
    for (let study = 0; study < 500; study++) {
      const parts = shares.map((share) => {
        const [wins = 0, losses = 0] = multinomial(120, [share, 1 - share]);
        return winRate({ wins, losses, ties: 0 });
      });
      const { lower, upper } = macroAverage(parts).interval;
      if (lower <= 1.75 / 3 && 1.75 / 3 <= upper) covered += 1;
    }
    expect(covered / 500).toBeGreaterThan(0.93);
    expect(covered / 500).toBeLessThan(0.975);
  });

  it("refuses nothing, and weights that don't fit", () => {
    expect(() => macroAverage([])).toThrow("at least one figure");
    expect(() => macroAverage([part(1, 0.1)], [1, 2])).toThrow("2 weights");
    expect(() => macroAverage([part(1, 0.1)], [0])).toThrow("above 0");
    expect(() => macroAverage([part(1, 0.1)], [-1])).toThrow("negative");
  });
});
