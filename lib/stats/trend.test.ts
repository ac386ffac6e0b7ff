import { describe, expect, it } from "vitest";
import { uniformGenerator } from "./numerics/random";
import { type TrendGroup, trendOfShares } from "./trend";

const groupsOf = (scores: number[], successes: number[], trials: number[]): TrendGroup[] =>
  scores.map((score, index) => ({ score, successes: successes[index] ?? 0, trials: trials[index] ?? 0 }));

describe("the trend of a share", () => {
  it("is the published one of malformations by the mother's alcohol consumption", () => {
    // Agresti, Categorical Data Analysis (2nd edition), section 5.3.5: z² = 6.57, P = .010
    const { z, pValue } = trendOfShares([
      groupsOf([0, 0.5, 1.5, 4, 7], [48, 38, 5, 1, 1], [17114, 14502, 793, 127, 38]),
    ]);
    expect(z ** 2).toBeCloseTo(6.57, 2);
    expect(pValue).toBeCloseTo(0.01, 3);
    expect(z).toBeGreaterThan(0);
  });

  it("is the published one of smokers among patients of four studies, but for N − 1 in place of N", () => {
    // Fleiss, Statistical Methods for Rates and Proportions (2nd edition), p. 139; R's prop.trend.test gives χ² = 8.2249
    const groups = groupsOf([1, 2, 3, 4], [83, 90, 129, 70], [86, 93, 136, 82]);
    const { z } = trendOfShares([groups]);
    expect((z ** 2 * 397) / 396).toBeCloseTo(8.2249, 4);
    expect(z).toBeLessThan(0);
  });

  it("does not take a change of who works for a trend", () => {
    const early = groupsOf([1, 2, 3, 4], [50, 50, 5, 5], [100, 100, 10, 10]);
    const late = groupsOf([1, 2, 3, 4], [1, 1, 10, 10], [10, 10, 100, 100]);
    const pooled = early.map((group, index) => ({
      score: group.score,
      successes: group.successes + (late[index]?.successes ?? 0),
      trials: group.trials + (late[index]?.trials ?? 0),
    }));
    expect(trendOfShares([pooled]).pValue).toBeLessThan(1e-6);
    expect(trendOfShares([early, late]).pValue).toBeCloseTo(1);
  });

  it("has the slope of a straight line, and an interval that holds 0 exactly when the test finds nothing", () => {
    const line = trendOfShares([groupsOf([1, 2, 3, 4], [100, 200, 300, 400], [1000, 1000, 1000, 1000])]);
    expect(line.slope).toBeCloseTo(0.1, 12);
    expect(line.interval.lower).toBeGreaterThan(0);
    const flat = trendOfShares([groupsOf([1, 2, 3], [10, 11, 10], [100, 100, 100])]);
    expect(flat.slope).toBe(0);
    expect(flat.pValue).toBe(1);
  });

  it("is found by chance in about one of twenty made-up studies without any, with ten parts and three people", () => {
    const random = uniformGenerator(11);
    let found = 0;
    const studies = 2000;
    for (let study = 0; study < studies; study++) {
      const strata = [0.05, 0.3, 0.7].map((share) =>
        Array.from({ length: 10 }, (_, score) => {
          const trials = 8;
          let successes = 0;
          for (let trial = 0; trial < trials; trial++) if (random() < share) successes += 1;
          return { score, successes, trials };
        }),
      );
      if (trendOfShares(strata).pValue < 0.05) found += 1;
    }
    expect(found / studies).toBeGreaterThan(0.035);
    expect(found / studies).toBeLessThan(0.065);
  });

  it("refuses what has no trend to speak of, and counts that can't be", () => {
    for (const strata of [[], [[]], [groupsOf([1, 2], [0, 0], [5, 5])], [groupsOf([3, 3], [1, 2], [5, 5])]]) {
      expect(() => trendOfShares(strata)).toThrow(expect.objectContaining({ code: "no_variation" }));
    }
    for (const group of [
      { score: 1, successes: 6, trials: 5 },
      { score: Number.NaN, successes: 1, trials: 5 },
      { score: 1, successes: 0.5, trials: 5 },
    ]) {
      expect(() => trendOfShares([[group]])).toThrow(expect.objectContaining({ code: "invalid_argument" }));
    }
  });
});
