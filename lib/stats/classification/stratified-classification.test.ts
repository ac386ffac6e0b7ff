import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Judged } from "./judged-sample";
import type { Measure } from "./measures";
import {
  type StratifiedClassificationInput,
  stratifiedClassification,
  unsettledBounds,
} from "./stratified-classification";

const MEASURES: Measure[] = ["precision", "recall", "f1", "prevalence", "accuracy"];

/** Olofsson et al., Remote Sensing of Environment 148 (2014), table 8: rows predicted, columns truth. */
const OLOFSSON = [
  [66, 0, 5, 4],
  [0, 55, 8, 12],
  [1, 0, 153, 11],
  [2, 1, 9, 313],
];
const olofsson = {
  strata: [0.02, 0.015, 0.32, 0.645].map((weight, i) => ({ id: `predicted ${i + 1}`, weight })),
  items: OLOFSSON.flatMap((row, i) =>
    row.map((count, j): Judged => {
      return { stratum: `predicted ${i + 1}`, predicted: String(i + 1), truth: String(j + 1), count };
    }),
  ),
};

/** Strata are the labels of a classifier; `missed` positives among 500 that it called negative. */
function byLabel(missed: number, weight = 0.02): StratifiedClassificationInput {
  return {
    strata: [
      { id: "kept", weight },
      { id: "dropped", weight: 1 - weight },
    ],
    items: [
      { stratum: "kept", predicted: "medical", truth: "medical", count: 180 },
      { stratum: "kept", predicted: "medical", truth: "other", count: 20 },
      { stratum: "dropped", predicted: "other", truth: "medical", count: missed },
      { stratum: "dropped", predicted: "other", truth: "other", count: 500 - missed },
    ],
    positive: "medical",
  };
}

describe("published stratified estimates (Olofsson et al. 2014)", () => {
  it("come out for the rarest class", () => {
    const figures = stratifiedClassification({ ...olofsson, positive: "1" });
    expect(figures.precision.value).toBeCloseTo(0.88, 12);
    expect(figures.precision.standardError.toFixed(6)).toBe("0.037776");
    expect(figures.recall.value.toFixed(6)).toBe("0.748661");
    expect(figures.recall.standardError.toFixed(6)).toBe("0.108832");
    expect(figures.f1.value.toFixed(6)).toBe("0.809035");
    expect(figures.f1.standardError.toFixed(6)).toBe("0.066660");
    expect(figures.prevalence.value.toFixed(7)).toBe("0.0235086");
    expect(figures.prevalence.standardError.toFixed(7)).toBe("0.0034907");
    expect(figures.accuracy.value.toFixed(6)).toBe("0.946512");
    expect(figures.accuracy.standardError.toFixed(6)).toBe("0.009430");
  });

  it.each([
    ["2", 0.73, 0.1, 0.85, 0.25],
    ["3", 0.93, 0.04, 0.93, 0.03],
    ["4", 0.96, 0.02, 0.96, 0.02],
  ])("come out for class %s", (positive, users, usersHalf, producers, producersHalf) => {
    const { precision, recall } = stratifiedClassification({ ...olofsson, positive });
    expect(precision.value).toBeCloseTo(users, 2);
    expect(1.96 * precision.standardError).toBeCloseTo(usersHalf, 2);
    expect(recall.value).toBeCloseTo(producers, 2);
    expect(1.96 * recall.standardError).toBeCloseTo(producersHalf, 2);
  });
});

describe("no error seen", () => {
  it("in the largest stratum does not make recall 1 ± 0", () => {
    const { recall, f1, prevalence, accuracy } = stratifiedClassification(byLabel(0));
    expect(recall.value).toBe(1);
    expect(recall.standardError).toBeGreaterThan(0.03);
    // three missed in 500 would be no surprise: .018 / (.018 + .98 · 3 / 500) = .75
    expect(recall.interval.lower).toBeLessThan(0.76);
    expect(recall.interval.lower).toBeGreaterThan(0.65);
    expect(recall.interval.upper).toBe(1);
    expect(f1.interval.lower).toBeLessThan(0.85);
    expect(prevalence.interval.upper).toBeGreaterThan(0.0235);
    for (const figure of [f1, prevalence, accuracy]) expect(figure.standardError).toBeGreaterThan(0.002);
  });

  it("anywhere, and one class only, still have a width", () => {
    const only = (truth: string, predicted: string) =>
      stratifiedClassification({
        strata: [{ id: "all", weight: 7 }],
        items: [{ stratum: "all", truth, predicted, count: 100 }],
        positive: "medical",
      });
    const allPositive = only("medical", "medical");
    for (const measure of MEASURES) {
      expect(allPositive[measure].value).toBe(1);
      expect(allPositive[measure].interval.lower).toBeLessThan(0.985);
      expect(allPositive[measure].standardError).toBeGreaterThan(0);
    }
    const allNegative = only("other", "other");
    for (const measure of ["precision", "recall", "f1"] as const) {
      expect(allNegative[measure].interval).toEqual({ lower: 0, upper: 1 });
      expect(allNegative[measure].method).toContain("no value");
    }
    expect(allNegative.prevalence.value).toBe(0);
    expect(allNegative.prevalence.interval.upper).toBeCloseTo(0.037, 3);
    expect(allNegative.accuracy.interval.lower).toBeCloseTo(0.963, 3);
  });

  it("leaves nothing open only where every document was judged", () => {
    const census = byLabel(0);
    census.strata = [
      { id: "kept", weight: 200, populationSize: 200 },
      { id: "dropped", weight: 500, populationSize: 500 },
    ];
    const { recall, f1 } = stratifiedClassification(census);
    expect(recall).toMatchObject({ value: 1, standardError: 0, interval: { lower: 1, upper: 1 } });
    expect(f1.interval.upper - f1.interval.lower).toBeLessThan(1e-6);
  });
});

describe("documents that people could not settle", () => {
  const unsettled = byLabel(6);
  unsettled.items = [
    ...unsettled.items,
    { stratum: "kept", predicted: "medical", truth: null, count: 10 },
    { stratum: "dropped", predicted: "other", truth: null, count: 4 },
  ];
  const figures = stratifiedClassification(unsettled);
  const settle = (kept: string, dropped: string) => {
    const items = unsettled.items.map((item) => ({
      ...item,
      truth: item.truth ?? (item.stratum === "kept" ? kept : dropped),
    }));
    return stratifiedClassification({ ...unsettled, items });
  };

  it("are left out of the figures, and bound them both ways", () => {
    const without = stratifiedClassification(byLabel(6));
    expect(figures.unsettled?.count).toBe(14);
    for (const measure of MEASURES) {
      expect(figures[measure].value).toBeCloseTo(without[measure].value, 12);
      const { lower, upper } = figures.unsettled?.values[measure] ?? { lower: 1, upper: 0 };
      expect(lower).toBeLessThan(figures[measure].value);
      expect(upper).toBeGreaterThan(figures[measure].value);
    }
    expect(without.unsettled).toBeUndefined();
  });

  it("lie between all that could come out", () => {
    const outcomes = ["medical", "other"].flatMap((kept) =>
      ["medical", "other"].map((dropped) => settle(kept, dropped)),
    );
    for (const measure of MEASURES) {
      const values = outcomes.map((outcome) => outcome[measure].value);
      const limits = outcomes.map((outcome) => outcome[measure].interval);
      expect(figures.unsettled?.values[measure].lower).toBeCloseTo(Math.min(...values), 10);
      expect(figures.unsettled?.values[measure].upper).toBeCloseTo(Math.max(...values), 10);
      expect(figures.unsettled?.limits[measure].lower).toBeCloseTo(Math.min(...limits.map((l) => l.lower)), 6);
      expect(figures.unsettled?.limits[measure].upper).toBeCloseTo(Math.max(...limits.map((l) => l.upper)), 6);
    }
  });

  it("give the same bounds by themselves", () => {
    expect(unsettledBounds(unsettled)).toEqual(figures.unsettled);
    expect(unsettledBounds(byLabel(6))).toBeUndefined();
  });

  it("bound the figures also where nothing, or a single document, of a stratum could be settled", () => {
    for (const settledDropped of [0, 1]) {
      const input = {
        ...unsettled,
        items: [
          ...unsettled.items.filter(({ stratum }) => stratum === "kept"),
          { stratum: "dropped", predicted: "other", truth: "other", count: settledDropped },
          { stratum: "dropped", predicted: "other", truth: null, count: 60 - settledDropped },
        ],
      };
      const code = settledDropped === 0 ? "stratum_unsettled" : "stratum_with_one_item";
      expect(() => stratifiedClassification(input)).toThrow(expect.objectContaining({ code }));
      const bounds = unsettledBounds(input);
      const all = ["medical", "other"].flatMap((kept) =>
        ["medical", "other"].map((dropped) => {
          const items = input.items.map((item) => {
            return { ...item, truth: item.truth ?? (item.stratum === "kept" ? kept : dropped) };
          });
          return stratifiedClassification({ ...input, items });
        }),
      );
      expect(bounds?.count).toBe(70 - settledDropped);
      for (const measure of MEASURES) {
        const [values, limits] = [all.map((one) => one[measure].value), all.map((one) => one[measure].interval)];
        expect(bounds?.values[measure].lower).toBeCloseTo(Math.min(...values), 10);
        expect(bounds?.values[measure].upper).toBeCloseTo(Math.max(...values), 10);
        expect(bounds?.limits[measure].lower).toBeCloseTo(Math.min(...limits.map(({ lower }) => lower)), 6);
        expect(bounds?.limits[measure].upper).toBeCloseTo(Math.max(...limits.map(({ upper }) => upper)), 6);
      }
    }
    const bare = { ...unsettled, items: unsettled.items.filter(({ stratum }) => stratum === "kept") };
    expect(() => unsettledBounds(bare)).toThrow(expect.objectContaining({ code: "stratum_without_items" }));
  });
});

describe("what a figure speaks of", () => {
  it("narrows with the corpus, and widens by the first phase", () => {
    const target = byLabel(30);
    const sized = {
      ...target,
      strata: target.strata.map((s) => ({ ...s, populationSize: Math.round(s.weight * 11_000) })),
    };
    const general = stratifiedClassification(target);
    const corpus = stratifiedClassification(sized);
    const phased = stratifiedClassification({ ...target, phaseOne: { size: 2000, populationSize: 1e9 } });
    for (const measure of ["recall", "f1", "prevalence"] as const) {
      expect(corpus[measure].standardError).toBeLessThan(general[measure].standardError);
      expect(phased[measure].standardError).toBeGreaterThan(general[measure].standardError);
    }
    const residual = 0.9 * (1 - 0.9) * (200 / 199);
    expect(general.precision.standardError).toBeCloseTo(Math.sqrt(residual / 200), 10);
    expect(corpus.precision.standardError).toBeCloseTo(Math.sqrt((residual / 200) * (1 - 200 / 220)), 10);
  });

  it("adds the first phase's variance as in double sampling (Cochran 1977, equation 12.32)", () => {
    const [w, n1, populationSize] = [[0.02, 0.98], 2000, 100_000];
    const p = [0.9, 30 / 500];
    const n = [200, 500];
    const mean = 0.02 * 0.9 + 0.98 * 0.06;
    const variance = w.reduce((sum, weight, h) => {
      const spread = ((p[h] ?? 0) * (1 - (p[h] ?? 0)) * (n[h] ?? 1)) / ((n[h] ?? 1) - 1);
      const within = (weight ** 2 * spread) / (n[h] ?? 1) - (weight * spread) / populationSize;
      return sum + within + ((1 - n1 / populationSize) * weight * ((p[h] ?? 0) - mean) ** 2) / (n1 - 1);
    }, 0);
    const { prevalence } = stratifiedClassification({ ...byLabel(30), phaseOne: { size: n1, populationSize } });
    expect(prevalence.standardError).toBeCloseTo(Math.sqrt(variance), 10);
  });
});

describe("stratified estimates", () => {
  const study = fc.array(
    fc.record({
      weight: fc.double({ min: 0.05, max: 1, noNaN: true }),
      counts: fc.tuple(fc.nat(40), fc.nat(20), fc.nat(8), fc.integer({ min: 2, max: 300 })),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const build = (strata: { weight: number; counts: number[] }[], scale = 1, positive = "yes", negative = "no") => ({
    strata: strata.map(({ weight }, i) => ({ id: `s${i}`, weight: weight * scale })),
    items: strata.flatMap(({ counts: [tp = 0, fp = 0, fn = 0, tn = 0] }, i): Judged[] => {
      const stratum = `s${i}`;
      return [
        { stratum, predicted: positive, truth: positive, count: tp },
        { stratum, predicted: positive, truth: negative, count: fp },
        { stratum, predicted: negative, truth: positive, count: fn },
        { stratum, predicted: negative, truth: negative, count: tn },
      ];
    }),
    positive,
  });

  it("don't depend on the scale of weights, names of classes, order, or how items are counted", () => {
    fc.assert(
      fc.property(study, (strata) => {
        const figures = stratifiedClassification(build(strata));
        const scaled = stratifiedClassification(build(strata, 12_345));
        const renamed = stratifiedClassification(build(strata, 1, "medizinisch", "anderes"));
        const input = build(strata);
        const single = input.items.flatMap((item) =>
          Array.from({ length: item.count ?? 1 }, () => ({ ...item, count: 1 })),
        );
        const shuffled = stratifiedClassification({ ...input, items: single.toReversed() });
        for (const measure of MEASURES) {
          const { value, standardError, interval } = figures[measure];
          expect(renamed[measure]).toEqual(figures[measure]);
          for (const other of [scaled[measure], shuffled[measure]]) {
            expect(other.value).toBeCloseTo(value, 10);
            expect(other.standardError).toBeCloseTo(standardError, 6);
            expect(other.interval.lower).toBeCloseTo(interval.lower, 5);
            expect(other.interval.upper).toBeCloseTo(interval.upper, 5);
          }
          expect(interval.lower).toBeGreaterThanOrEqual(0);
          expect(interval.upper).toBeLessThanOrEqual(1);
          expect(interval.lower).toBeLessThanOrEqual(value);
          expect(interval.upper).toBeGreaterThanOrEqual(value);
          expect(interval.upper).toBeGreaterThan(interval.lower);
          expect(standardError).toBeGreaterThan(0);
        }
      }),
      { seed: 1, numRuns: 25 },
    );
  });

  it("take a stratum of which a single item is all there is for as far from the mean as that item lies", () => {
    const input = byLabel(3);
    const total = input.strata.reduce((sum, { weight }) => sum + weight, 0);
    const rare = { id: "rare", weight: total / 99, available: 1 };
    const one = { stratum: "rare", truth: input.positive, predicted: "other" };
    const whole = stratifiedClassification({ ...input, strata: [...input.strata, rare], items: [...input.items, one] });
    const without = stratifiedClassification(input);
    const { value, standardError } = without.prevalence;
    expect(whole.prevalence.value).toBeCloseTo(0.99 * value + 0.01, 10);
    const ownPart = 0.01 * (1 - whole.prevalence.value);
    expect(whole.prevalence.standardError).toBeCloseTo(Math.hypot(0.99 * standardError, ownPart), 10);
    const twoThere = { ...rare, available: 2 };
    const judged = (more: typeof input.items) =>
      stratifiedClassification({
        ...input,
        strata: [...input.strata, twoThere],
        items: [...input.items, one, ...more],
      });
    expect(() => judged([])).toThrow("a single item");
    expect(judged([{ stratum: "rare", truth: null, predicted: "other" } as never]).f1.n).toBe(whole.f1.n);
  });

  it("refuse samples that say nothing about a part of the population", () => {
    const input = byLabel(3);
    const refused = (change: Partial<StratifiedClassificationInput>) => () =>
      stratifiedClassification({ ...input, ...change });
    const rare = { id: "rare", weight: 0.1 };
    expect(refused({ strata: [...input.strata, rare] })).toThrow('Stratum "rare" has weight but no item');
    const one = { stratum: "rare", truth: "other", predicted: "other" };
    expect(refused({ strata: [...input.strata, rare], items: [...input.items, one] })).toThrow("a single item");
    const census = [...input.strata, { ...rare, populationSize: 1 }];
    expect(refused({ strata: census, items: [...input.items, one] })).not.toThrow();
    expect(refused({ strata: [...input.strata, { id: "empty", weight: 0 }] })).not.toThrow();
    expect(refused({ items: [...input.items, one] })).toThrow('"rare", which is not listed');
    expect(refused({ items: [] })).toThrow("has weight but no item");
    expect(refused({ strata: [] })).toThrow("weight above 0");
    expect(refused({ strata: [...input.strata, { id: "kept", weight: 1 }] })).toThrow("listed twice");
    expect(refused({ strata: input.strata.map((s) => ({ ...s, populationSize: 100 })) })).toThrow(
      "only 100 in the population",
    );
    expect(refused({ phaseOne: { size: 100, populationSize: 1000 } })).toThrow("must hold the 700 judged items");
    const open = input.items.map((item) => (item.stratum === "kept" ? { ...item, truth: null } : item));
    expect(refused({ items: open })).toThrow("could be settled");
    try {
      stratifiedClassification({ ...input, strata: [...input.strata, rare] });
    } catch (error) {
      expect(error).toMatchObject({ code: "stratum_without_items", subjects: ["rare"] });
    }
  });
});
