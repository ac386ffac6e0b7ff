import { describe, expect, it } from "vitest";
import { stratifiedClassification } from "../classification/stratified-classification";
import { studyGenerator } from "../testing/repeated-studies";
import { allocateOptimally, lineariseMeasure } from "./allocate";

type Stratum = { weight: number; size: number; spread: number; least?: number };
const variance = (strata: readonly Stratum[], counts: readonly number[]) =>
  strata.reduce((sum, { weight, spread }, index) => sum + (weight * spread) ** 2 / (counts[index] ?? 1), 0);

/** Every way to share out, tried. */
function smallestVariance(strata: readonly Stratum[], size: number): number {
  const place = (index: number, left: number): number[][] => {
    const { least = 2, size: own } = strata[index] ?? { least: 0, size: 0 };
    const from = Math.min(own, least);
    if (index === strata.length - 1) return left >= from && left <= own ? [[left]] : [];
    const found: number[][] = [];
    for (let count = from; count <= Math.min(own, left); count++) {
      for (const rest of place(index + 1, left - count)) found.push([count, ...rest]);
    }
    return found;
  };
  return Math.min(...place(0, size).map((counts) => variance(strata, counts)));
}

describe("the optimal allocation", () => {
  it("has the smallest variance of all whole numbers within the limits", () => {
    const { uniform } = studyGenerator(5);
    for (let trial = 0; trial < 60; trial++) {
      const strata = Array.from({ length: 2 + Math.floor(3 * uniform()) }, () => ({
        weight: uniform() ** 2,
        size: 2 + Math.floor(20 * uniform()),
        spread: 0.01 + uniform(),
        least: 1 + Math.floor(3 * uniform()),
      }));
      const least = strata.reduce((sum, stratum) => sum + Math.min(stratum.least, stratum.size), 0);
      const most = strata.reduce((sum, stratum) => sum + stratum.size, 0);
      const size = least + Math.floor(uniform() * (most - least + 1));
      const counts = allocateOptimally(strata, size);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(size);
      counts.forEach((count, index) => {
        expect(count).toBeGreaterThanOrEqual(Math.min(strata[index]?.least ?? 0, strata[index]?.size ?? 0));
        expect(count).toBeLessThanOrEqual(strata[index]?.size ?? 0);
      });
      expect(variance(strata, counts)).toBeCloseTo(smallestVariance(strata, size), 10);
    }
  });

  it("goes by share times spread where no limit binds, and refuses too few", () => {
    const strata = [
      { weight: 0.5, size: 1e6, spread: 0.1 },
      { weight: 0.3, size: 1e6, spread: 0.4 },
      { weight: 0.2, size: 1e6, spread: 0.65 },
    ];
    expect(allocateOptimally(strata, 300)).toEqual([50, 120, 130]);
    expect(() => allocateOptimally(strata, 5)).toThrow("too few");
    expect(allocateOptimally(strata, 1e9)).toEqual([1e6, 1e6, 1e6]);
  });

  it("shares out by size where nothing is known to vary", () => {
    const strata = [900, 90, 10].map((size) => ({ weight: size / 1000, size, spread: 0 }));
    expect(allocateOptimally(strata, 100)).toEqual([89, 9, 2]);
  });
});

describe("the allocation for F1", () => {
  /** What the LLM called medical, doubtful among the rest, and the rest. */
  const sizes = [2_000, 3_000, 95_000];
  const [doubtful, clear] = [0.05, 0.001];
  const shares = [
    { truePositive: 0.9, falsePositive: 0.1, falseNegative: 0, trueNegative: 0 },
    { truePositive: 0, falsePositive: 0, falseNegative: doubtful, trueNegative: 1 - doubtful },
    { truePositive: 0, falsePositive: 0, falseNegative: clear, trueNegative: 1 - clear },
  ];
  const strata = sizes.map((size, index) => ({
    weight: size,
    size,
    outcomes: shares[index] ?? { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 1 },
  }));

  const spreadOfF1 = (counts: readonly number[]) => {
    const { multinomial } = studyGenerator(11);
    const values = Array.from({ length: 250 }, () => {
      const items = strata.flatMap(({ outcomes }, index) => {
        const { truePositive, falsePositive, falseNegative, trueNegative } = outcomes;
        const [tp = 0, fp = 0, fn = 0, tn = 0] = multinomial(counts[index] ?? 0, [
          truePositive,
          falsePositive,
          falseNegative,
          trueNegative,
        ]);
        const cells: [string, string, number][] = [
          ["yes", "yes", tp],
          ["no", "yes", fp],
          ["yes", "no", fn],
          ["no", "no", tn],
        ];
        return cells.map(([truth, predicted, count]) => ({ stratum: `${index}`, truth, predicted, count }));
      });
      const weights = sizes.map((weight, index) => ({ id: `${index}`, weight }));
      // The value is all that is wanted; the interval costs the time.
      return stratifiedClassification({ strata: weights, items, positive: "yes", level: 0.5 }).f1.value;
    });
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  };

  it("makes the standard error of F1 smaller than proportional and equal allocation, for a label of 2 %", () => {
    const linearised = lineariseMeasure("f1", strata);
    const spreads = linearised?.spreads ?? [];
    const forF1 = allocateOptimally(
      strata.map((stratum, index) => ({ ...stratum, spread: spreads[index] ?? 0 })),
      600,
    );
    const [optimal, proportional, equal] = [forF1, [12, 18, 570], [200, 200, 200]].map(spreadOfF1);
    expect(optimal).toBeLessThan(0.7 * (proportional ?? 0));
    expect(optimal).toBeLessThan(0.9 * (equal ?? 0));
    // and is as large as was computed beforehand
    const planned = Math.sqrt(
      forF1.reduce((sum, count, index) => sum + (((sizes[index] ?? 0) / 1e5) * (spreads[index] ?? 0)) ** 2 / count, 0),
    );
    expect(optimal).toBeGreaterThan(0.85 * planned);
    expect(optimal).toBeLessThan(1.15 * planned);
  });

  it("finds the value that the outcomes mean", () => {
    const [tp, fp, fn] = [0.9 * 2_000, 0.1 * 2_000, doubtful * 3_000 + clear * 95_000];
    expect(lineariseMeasure("f1", strata)?.value).toBeCloseTo((2 * tp) / (2 * tp + fp + fn), 12);
    expect(lineariseMeasure("precision", strata)?.value).toBeCloseTo(0.9, 12);
    expect(lineariseMeasure("recall", strata)?.value).toBeCloseTo(tp / (tp + fn), 12);
    const none = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 1 };
    expect(lineariseMeasure("f1", [{ weight: 1, outcomes: none }])).toBeNull();
  });
});
