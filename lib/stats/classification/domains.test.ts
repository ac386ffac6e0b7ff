import { describe, expect, it } from "vitest";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import type { Judged } from "./judged-sample";
import { stratifiedClassification } from "./stratified-classification";

const kinds = [
  { truth: "yes", predicted: "yes" },
  { truth: "no", predicted: "yes" },
  { truth: "yes", predicted: "no" },
  { truth: "no", predicted: "no" },
];
const strata = [
  { id: "rich", weight: 1 },
  { id: "poor", weight: 9 },
];
const items = (stratum: string, counts: readonly number[], outside = false): Judged[] =>
  counts.flatMap((count, kind) => {
    const { truth = "", predicted = "" } = kinds[kind] ?? {};
    return count > 0 ? [{ stratum, truth, predicted, count, outside }] : [];
  });

describe("figures of a domain (a source) that runs across the strata", () => {
  const domain = [...items("rich", [30, 6, 4, 10]), ...items("poor", [8, 6, 7, 29])];
  const others = [...items("rich", [20, 5, 5, 20], true), ...items("poor", [5, 5, 10, 130], true)];
  const figures = stratifiedClassification({ strata, items: [...domain, ...others], positive: "yes" });

  it("weight each item by its stratum, others of the stratum's sample included", () => {
    // stratum "rich": 100 items with a tenth of the population, "poor": 200 with nine tenths
    const weighted = (rich: number, poor: number) => (0.1 * rich) / 100 + (0.9 * poor) / 200;
    expect(figures.precision.value).toBeCloseTo(weighted(30, 8) / weighted(36, 14), 12);
    expect(figures.recall.value).toBeCloseTo(weighted(30, 8) / weighted(34, 15), 12);
    expect(figures.prevalence.value).toBeCloseTo(weighted(34, 15) / weighted(50, 50), 12);
    expect(figures.accuracy.value).toBeCloseTo(weighted(40, 37) / weighted(50, 50), 12);
  });

  it("count the domain's items only", () => {
    for (const measure of ["precision", "recall", "f1", "prevalence", "accuracy"] as const) {
      expect(figures[measure].n).toBe(100);
    }
  });

  it("are those of everything where nothing is outside, and the linearised error is Cochran's for a domain", () => {
    const whole = stratifiedClassification({ strata, items: domain, positive: "yes" });
    expect(whole).toEqual(
      stratifiedClassification({
        strata,
        items: domain.map((item) => ({ ...item, outside: false })),
        positive: "yes",
      }),
    );
    // accuracy R of the domain: e = y − R x, 0 outside; variance Σ W² s² / n over X²
    const value = figures.accuracy.value;
    const part = (weight: number, size: number, right: number, wrong: number) => {
      const mean = (right * (1 - value) - wrong * value) / size;
      const square = (right * (1 - value) ** 2 + wrong * value ** 2) / size;
      return (weight ** 2 * ((square - mean ** 2) * (size / (size - 1)))) / size;
    };
    const share = (0.1 * 50) / 100 + (0.9 * 50) / 200;
    const error = Math.sqrt(part(0.1, 100, 40, 10) + part(0.9, 200, 37, 13)) / share;
    expect(figures.accuracy.standardError).toBeCloseTo(error, 12);
  });

  it("have intervals that hold the truth 95 times in a hundred", () => {
    const { multinomial } = studyGenerator(5);
    // a fifth of the rich stratum and a twentieth of the poor one belong to the domain
    const rich = [0.12, 0.03, 0.02, 0.03, 0.3, 0.1, 0.1, 0.3];
    const poor = [0.01, 0.005, 0.005, 0.03, 0.05, 0.02, 0.03, 0.85];
    const sum = (kind: number) => 0.1 * (rich[kind] ?? 0) + 0.9 * (poor[kind] ?? 0);
    const truth = (2 * sum(0)) / (2 * sum(0) + sum(1) + sum(2));
    const sampleOf = (stratum: string, shares: readonly number[], n: number) => {
      const counts = multinomial(n, shares);
      return [...items(stratum, counts.slice(0, 4)), ...items(stratum, counts.slice(4), true)];
    };
    const { covered } = repeatStudies(2_000, () => {
      const sample = [...sampleOf("rich", rich, 300), ...sampleOf("poor", poor, 600)];
      const { interval } = stratifiedClassification({ strata, items: sample, positive: "yes" }).f1;
      return { interval, truth };
    });
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.98);
  });
});

describe("the effective sample size", () => {
  const measures = ["precision", "recall", "f1", "prevalence", "accuracy"] as const;

  it("of a simple random sample is its size, for every figure", () => {
    const { effectiveSizes } = stratifiedClassification({
      strata: [{ id: "all", weight: 1 }],
      items: items("all", [60, 15, 20, 105]),
      positive: "yes",
    });
    for (const measure of measures) expect(effectiveSizes[measure]).toBeCloseTo(200, 8);
  });

  it("of a stratified sample is the simple random sample's with the same standard error", () => {
    // prevalence .1 and .5 in halves: variance of the design (.09 + .25) / (4 · 99), of the population .3 · .7 + that
    const { effectiveSizes, prevalence } = stratifiedClassification({
      strata: [
        { id: "low", weight: 1 },
        { id: "high", weight: 1 },
      ],
      items: [...items("low", [6, 5, 4, 85]), ...items("high", [40, 10, 10, 40])],
      positive: "yes",
    });
    const variance = (0.09 + 0.25) / (4 * 99);
    expect(prevalence.standardError ** 2).toBeCloseTo(variance, 12);
    expect(effectiveSizes.prevalence).toBeCloseTo((0.21 + variance) / variance, 8);
    expect(effectiveSizes.prevalence).toBeGreaterThan(200);
  });

  it("falls where a large stratum has few items, and is unknown where nothing varies", () => {
    const lopsided = stratifiedClassification({
      strata,
      items: [...items("rich", [60, 20, 20, 100]), ...items("poor", [6, 6, 6, 32])],
      positive: "yes",
    });
    expect(lopsided.effectiveSizes.prevalence).toBeLessThan(100);
    const certain = stratifiedClassification({
      strata: [{ id: "all", weight: 1 }],
      items: items("all", [50, 0, 0, 50]),
      positive: "yes",
    });
    expect(certain.effectiveSizes.accuracy).toBeNull();
    expect(certain.effectiveSizes.prevalence).toBeCloseTo(100, 8);
  });
});
