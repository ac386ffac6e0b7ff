import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Estimate } from "../types";
import { cohenKappa } from "./cohen-kappa";
import { fleissKappa } from "./fleiss-kappa";
import { gwetAC1 } from "./gwet-ac1";
import { krippendorffAlpha } from "./krippendorff-alpha";
import type { AgreementOptions, Rating } from "./rating-table";

type Coefficient = (ratings: Rating[][], options?: AgreementOptions) => Estimate;
const nominal: Coefficient = (ratings, options) => krippendorffAlpha(ratings, { ...options, metric: "nominal" });
const ordinal: Coefficient = (ratings, options) => krippendorffAlpha(ratings, { ...options, metric: "ordinal" });
const interval: Coefficient = (ratings, options) => krippendorffAlpha(ratings, { ...options, metric: "interval" });

const coefficients: [string, Coefficient][] = [
  ["Fleiss' kappa", fleissKappa],
  ["Gwet's AC1", gwetAC1],
  ["nominal alpha", nominal],
  ["ordinal alpha", ordinal],
  ["interval alpha", interval],
];

/** Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), part C: four observers, twelve units, with gaps. */
const withGaps: Rating[][] = [
  [1, 2, 3, 3, 2, 1, 4, 1, 2, null, null, null],
  [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, null, null],
  [null, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
  [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, null],
];

/** Raters that only differ in how many chose each category. */
function fromCounts(rows: number[][]): Rating[][] {
  const raters = rows[0]?.reduce((sum, count) => sum + count, 0) ?? 0;
  const items = rows.map((row) => row.flatMap((count, category) => Array.from({ length: count }, () => category)));
  return Array.from({ length: raters }, (_, rater) => items.map((item) => item[rater] ?? null));
}

describe("published agreement", () => {
  it("of four raters with gaps", () => {
    const alpha = nominal(withGaps);
    expect(alpha.value.toFixed(6)).toBe("0.743421");
    const ac1 = gwetAC1(withGaps);
    expect(ac1.value.toFixed(6)).toBe("0.775444");
    expect(ac1.standardError.toFixed(6)).toBe("0.142950");
    expect(ac1.interval.lower.toFixed(3)).toBe("0.461");
    expect(ac1.interval.upper).toBe(1);
    const fleiss = fleissKappa(withGaps);
    expect(fleiss.value.toFixed(4)).toBe("0.7612");
    expect(fleiss.standardError.toFixed(5)).toBe("0.15302");
  });

  it("of the same raters by ordinal and interval distance", () => {
    expect(ordinal(withGaps).value.toFixed(3)).toBe("0.815");
    expect(interval(withGaps).value.toFixed(3)).toBe("0.849");
  });

  it("of two observers (Krippendorff 2011, parts A and B)", () => {
    const binary = [
      [0, 1, 0, 0, 0, 0, 0, 0, 1, 0],
      [1, 1, 1, 0, 0, 1, 0, 0, 0, 0],
    ];
    expect(nominal(binary).value.toFixed(3)).toBe("0.095");
    const categories = [[..."aabbdcccedda"], [..."babbbccceddd"]];
    expect(nominal(categories).value.toFixed(3)).toBe("0.692");
  });

  it("of fourteen raters on ten subjects (Fleiss' kappa .210)", () => {
    const counts = [
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ];
    expect(fleissKappa(fromCounts(counts)).value.toFixed(3)).toBe("0.210");
  });

  it("of two dermatologists (SAS/STAT, PROC FREQ, skin condition)", () => {
    const kappa = cohenKappa([
      [10, 4, 1, 0],
      [5, 10, 12, 2],
      [2, 4, 12, 5],
      [0, 2, 6, 13],
    ]);
    expect(kappa.value.toFixed(4)).toBe("0.3449");
    expect(kappa.standardError.toFixed(4)).toBe("0.0724");
    expect(kappa.interval.lower.toFixed(4)).toBe("0.2030");
    expect(kappa.interval.upper.toFixed(4)).toBe("0.4868");
  });

  it("where one category is rare: kappa collapses, AC1 does not", () => {
    const table = [
      [118, 5],
      [2, 0],
    ];
    const counts = table.flatMap((row, first) => row.map((count, second) => ({ first, second, count })));
    const ratings = (["first", "second"] as const).map((rater) =>
      counts.flatMap((cell) => Array.from({ length: cell.count }, () => cell[rater])),
    );
    expect(cohenKappa(table).value.toFixed(3)).toBe("-0.023");
    expect(gwetAC1(ratings).value.toFixed(2)).toBe("0.94");
  });
});

const ratingTable = fc
  .tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 6, max: 20 }))
  .chain(([raters, items]) =>
    fc.array(fc.array(fc.option(fc.integer({ min: 1, max: 4 }), { freq: 5 }), { minLength: items, maxLength: items }), {
      minLength: raters,
      maxLength: raters,
    }),
  )
  .filter((ratings) => {
    const rated = (ratings[0] ?? []).map((_, item) => ratings.flatMap((row) => row[item] ?? []));
    const paired = rated.filter((item) => item.length > 1);
    return paired.length >= 2 && new Set(paired.flat()).size > 1;
  });

function expectSame(one: Estimate, other: Estimate) {
  expect(other.value).toBeCloseTo(one.value, 9);
  expect(other.standardError).toBeCloseTo(one.standardError, 7);
  expect(other.interval.lower).toBeCloseTo(one.interval.lower, 6);
  expect(other.interval.upper).toBeCloseTo(one.interval.upper, 6);
}

describe.each(coefficients)("%s", (name, coefficient) => {
  const categories = [1, 2, 3, 4];

  it("does not depend on the order of raters and items, nor on the scale of the weights", () => {
    fc.assert(
      fc.property(ratingTable, (ratings) => {
        const estimate = coefficient(ratings, { categories });
        expectSame(estimate, coefficient(ratings.toReversed(), { categories }));
        expectSame(
          estimate,
          coefficient(
            ratings.map((row) => row.toReversed()),
            { categories },
          ),
        );
        const itemWeights = (ratings[0] ?? []).map(() => 17);
        expectSame(estimate, coefficient(ratings, { categories, itemWeights }));
        expect(estimate.value).toBeLessThanOrEqual(1);
        expect(estimate.interval.upper).toBeGreaterThan(estimate.interval.lower);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("does not depend on the order of items where the search for its interval is hard", () => {
    const ratings = [
      [1, 2, null, 4, 2, null, 3, 4, 4, 2, 3, 1, 3, 4, 2, 2, 1],
      [null, 4, 2, 1, 2, null, 4, 2, 4, 1, null, 3, 2, 3, 2, 2, 2],
      [4, 4, 3, 3, 3, 4, 3, 1, 2, 1, 1, null, 1, 1, 4, 3, 1],
      [2, 1, 2, 4, 4, 1, null, 2, 3, 2, 4, null, 1, 4, 4, 4, 2],
    ];
    const backwards = ratings.map((row) => row.toReversed());
    expectSame(coefficient(ratings, { categories }), coefficient(backwards, { categories }));
  });

  it("does not depend on the names of categories, if their order does not matter", () => {
    const renamed = withGaps.map((row) => row.map((rating) => (rating === null ? null : 6 - Number(rating))));
    const nameless = name.startsWith("ordinal") ? { categories: [5, 4, 3, 2, 1] } : {};
    expectSame(coefficient(withGaps), coefficient(renamed, nameless));
  });

  it("counts an item of weight 3 like three such items, up to the number of items", () => {
    const itemWeights = [3, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1];
    const repeated = withGaps.map((row) =>
      row.flatMap((rating, item) => Array.from({ length: itemWeights[item] ?? 1 }, () => rating)),
    );
    const [weighted, copied] = [coefficient(withGaps, { itemWeights }), coefficient(repeated)];
    // alpha pairs values without replacement, of which weights leave fewer
    expect(Math.abs(weighted.value - copied.value)).toBeLessThan(name.includes("alpha") ? 0.005 : 1e-9);
  });

  it("has the standard error of the infinitesimal jackknife where all items are rated twice", () => {
    const ratings = withGaps.map((row) => Array.from({ length: 8 }, () => row.slice(0, 11)).flat());
    const n = 88;
    const step = 1e-5;
    const valueWith = (item: number, weight: number) =>
      coefficient(ratings, { itemWeights: Array.from({ length: n }, (_, i) => (i === item ? weight : 1)) }).value;
    const influence = Array.from({ length: 11 }, (_, item) => {
      return (n * (valueWith(item, 1 + step) - valueWith(item, 1 - step))) / (2 * step);
    });
    const variance = (8 * influence.reduce((sum, value) => sum + value ** 2, 0)) / (n * (n - 1));
    // weights change how many pairs of values alpha draws from, if only slightly
    const relative = coefficient(ratings).standardError / Math.sqrt(variance);
    expect(Math.abs(relative - 1)).toBeLessThan(name.includes("alpha") ? 0.004 : 1e-6);
  });

  it("has nearly the same standard error by bootstrap", () => {
    const many = withGaps.map((row) => Array.from({ length: 4 }, () => row.slice(0, 11)).flat());
    const [linearised, bootstrapped] = [coefficient(many), coefficient(many, { seed: 4 })];
    expect(bootstrapped.standardError / linearised.standardError).toBeGreaterThan(0.92);
    expect(bootstrapped.standardError / linearised.standardError).toBeLessThan(1.08);
    expect(coefficient(many, { seed: 4 })).toEqual(bootstrapped);
  });

  it("has a width under perfect agreement", () => {
    const perfect = [
      [1, 2, 2, 3, 1, 1, 2, 3],
      [1, 2, 2, 3, 1, 1, 2, 3],
    ];
    const estimate = coefficient(perfect);
    expect(estimate.value).toBe(1);
    expect(estimate.interval.upper).toBe(1);
    expect(estimate.interval.lower).toBeLessThan(0.8);
    expect(estimate.standardError).toBeGreaterThan(0.03);
  });
});

describe("agreement refuses", () => {
  const same = [
    [1, 1, 1],
    [1, 1, 1],
  ];
  it("ratings without variation, except for AC1", () => {
    expect(() => fleissKappa(same)).toThrow("All ratings are the same category");
    expect(() => nominal(same)).toThrow("All ratings are the same category");
    expect(() =>
      cohenKappa([
        [9, 0],
        [0, 0],
      ]),
    ).toThrow("All ratings are the same category");
    expect(gwetAC1(same).value).toBe(1);
    expect(gwetAC1(same).interval.lower).toBeLessThan(0.5);
    expect(gwetAC1(same, { categories: [1, 2] })).toEqual(gwetAC1(same));
  });

  it("unknown categories, ragged input, too few ratings", () => {
    expect(() => fleissKappa(same, { categories: [2, 3] })).toThrow('"1" is not among the categories');
    expect(() => fleissKappa([[1, 2], [1]])).toThrow("one entry per item");
    expect(() =>
      fleissKappa([
        [1, 2],
        [null, null],
      ]),
    ).toThrow("two people rated");
    expect(() => fleissKappa([])).toThrow("raters and items");
    expect(() =>
      ordinal([
        ["low", "high"],
        ["low", "low"],
      ]),
    ).toThrow("in their order");
    expect(() =>
      interval([
        ["low", "high"],
        ["low", "low"],
      ]),
    ).toThrow("that are numbers");
    expect(() => fleissKappa(withGaps, { itemWeights: [1] })).toThrow("1 weights");
    expect(() => cohenKappa([[1, 2]])).toThrow("square");
    expect(() =>
      cohenKappa([
        [0, 0],
        [0, 0],
      ]),
    ).toThrow("no items");
  });
});
