import { describe, expect, it } from "vitest";
import { fleissKappa } from "./fleiss-kappa";
import { gwetAC1 } from "./gwet-ac1";
import { krippendorffAlpha } from "./krippendorff-alpha";
import type { AgreementOptions, Rating } from "./rating-table";

const kinds: { ratings: Rating[]; count: number; weight: number }[] = [
  { ratings: ["yes", "yes", null], count: 7, weight: 2 },
  { ratings: ["no", "no", "no"], count: 31, weight: 1 },
  { ratings: ["yes", "no", null], count: 3, weight: 2 },
  { ratings: [null, "no", "unsure"], count: 2, weight: 0.5 },
  { ratings: [null, null, "yes"], count: 5, weight: 1 },
  { ratings: ["no", "yes", "yes"], count: 0, weight: 1 },
];
const each = kinds.flatMap((kind) => Array.from({ length: kind.count }, () => kind));
const columns = (items: typeof kinds) => [0, 1, 2].map((rater) => items.map((item) => item.ratings[rater] ?? null));
const coefficients = {
  alpha: (ratings: Rating[][], options: AgreementOptions) =>
    krippendorffAlpha(ratings, { ...options, metric: "nominal" }),
  AC1: gwetAC1,
  Fleiss: fleissKappa,
};

describe("a tally of items", () => {
  it.each(Object.entries(coefficients))("gives the same %s as its items one by one", (_, coefficient) => {
    for (const weighted of [false, true]) {
      const tally = coefficient(columns(kinds), {
        itemCounts: kinds.map((kind) => kind.count),
        ...(weighted ? { itemWeights: kinds.map((kind) => kind.weight) } : {}),
      });
      const single = coefficient(columns(each), weighted ? { itemWeights: each.map((item) => item.weight) } : {});
      expect(tally.n).toBe(single.n);
      expect(tally.method).toBe(single.method);
      expect(tally.value).toBeCloseTo(single.value, 12);
      expect(tally.standardError).toBeCloseTo(single.standardError, 12);
      expect(tally.interval.lower).toBeCloseTo(single.interval.lower, 9);
      expect(tally.interval.upper).toBeCloseTo(single.interval.upper, 9);
    }
  });

  it("is bootstrapped over its items, not over its kinds", () => {
    const tally = gwetAC1(columns(kinds), { itemCounts: kinds.map((kind) => kind.count), seed: 3 });
    expect(tally).toEqual(gwetAC1(columns(each), { seed: 3 }));
  });

  it("needs one whole number per column", () => {
    expect(() => gwetAC1(columns(kinds), { itemCounts: [1] })).toThrow("counts");
    expect(() => gwetAC1(columns(kinds), { itemCounts: kinds.map(() => 0.5) })).toThrow("whole number");
  });
});
