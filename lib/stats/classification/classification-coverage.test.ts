import { describe, expect, it } from "vitest";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import type { Judged } from "./judged-sample";
import type { Measure } from "./measures";
import { precisionRecallCurve } from "./precision-recall-curve";
import { stratifiedClassification } from "./stratified-classification";

/** Documents of a stratum: true positive, false positive, false negative, true negative; and how many are judged. */
type Part = { counts: [number, number, number, number]; judged: number };
const KINDS = [
  { truth: "yes", predicted: "yes" },
  { truth: "no", predicted: "yes" },
  { truth: "yes", predicted: "no" },
  { truth: "no", predicted: "no" },
];

function truthOf(parts: readonly Part[], measure: Measure): number {
  const [tp = 0, fp = 0, fn = 0, tn = 0] = KINDS.map((_, kind) =>
    parts.reduce((sum, { counts }) => sum + (counts[kind] ?? 0), 0),
  );
  const all = tp + fp + fn + tn;
  const values = { precision: tp / (tp + fp), recall: tp / (tp + fn), f1: (2 * tp) / (2 * tp + fp + fn) };
  return { ...values, prevalence: (tp + fn) / all, accuracy: (tp + tn) / all }[measure];
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

function toItems(stratum: string, counts: readonly number[]): Judged[] {
  return KINDS.flatMap((kind, i) => ({ ...kind, stratum, count: counts[i] ?? 0 })).filter((item) => item.count > 0);
}

/** All strata sampled as if from a population without end. */
function coverage(parts: readonly Part[], seed: number, studies = 500) {
  const { multinomial } = studyGenerator(seed);
  const strata = parts.map(({ counts }, i) => ({ id: `${i}`, weight: total(counts) }));
  const results = Array.from({ length: studies }, () => {
    const items = parts.flatMap(({ counts, judged }, i) => {
      const probabilities = counts.map((count) => count / total(counts));
      return toItems(`${i}`, multinomial(judged, probabilities));
    });
    return stratifiedClassification({ strata, items, positive: "yes" });
  });
  return (measure: Measure) => {
    const intervals = results.map((result) => result[measure].interval).values();
    const truth = truthOf(parts, measure);
    return repeatStudies(studies, () => ({ interval: intervals.next().value ?? { lower: 1, upper: 0 }, truth }));
  };
}

describe("95 % intervals of stratified estimates cover", () => {
  it("every figure where nothing is rare", () => {
    const parts: Part[] = [
      { counts: [1600, 400, 0, 0], judged: 150 },
      { counts: [0, 0, 800, 7200], judged: 250 },
    ];
    const measures = ["precision", "recall", "f1", "prevalence", "accuracy"] as const;
    const coverageOf = coverage(parts, 31, 800);
    for (const measure of measures) {
      expect(coverageOf(measure).covered).toBeGreaterThan(0.93);
      expect(coverageOf(measure).covered).toBeLessThan(0.975);
    }
  });

  it.each([0, 20, 100, 200, 400])(
    "recall and F1 with %i missed in a stratum of 98,000 documents in 100,000",
    (missed) => {
      const parts: Part[] = [
        { counts: [1840, 160, 0, 0], judged: 200 },
        { counts: [0, 0, missed, 98_000 - missed], judged: 500 },
      ];
      const coverageOf = coverage(parts, 32, 400);
      expect(coverageOf("recall").covered).toBeGreaterThan(0.935);
      expect(coverageOf("f1").covered).toBeGreaterThan(0.935);
      expect(coverageOf("recall").meanWidth).toBeLessThan(0.4);
    },
  );

  it("F1 at a prevalence of 2 % in a simple random sample, and over strata that ignore the prediction", () => {
    const simple = coverage([{ counts: [160, 20, 40, 9780], judged: 600 }], 34, 300)("f1");
    expect(simple.covered).toBeGreaterThan(0.93);
    expect(simple.meanWidth).toBeLessThan(0.5);
    const sites = [1, 2, 3, 4].map((size): Part => {
      return { counts: [30 * size, 8, 6 * size, 1500 * size], judged: 150 };
    });
    const stratified = coverage(sites, 35, 300)("f1");
    expect(stratified.covered).toBeGreaterThan(0.93);
    expect(stratified.meanWidth).toBeLessThan(0.5);
  });

  const population: Part[] = [
    { counts: [1840, 160, 0, 0], judged: 1000 },
    { counts: [0, 0, 600, 9400], judged: 5000 },
  ];

  it("these documents, when half of them were judged, with intervals narrower by a quarter and more", () => {
    const { withoutReplacement } = studyGenerator(36);
    const corpus = (corrected: boolean) => {
      const strata = population.map(({ counts }, i) => {
        const size = total(counts);
        return { id: `${i}`, weight: size, ...(corrected ? { populationSize: size } : {}) };
      });
      return repeatStudies(300, () => {
        const items = population.flatMap(({ counts, judged }, i) =>
          toItems(`${i}`, withoutReplacement(judged, counts)),
        );
        const { f1 } = stratifiedClassification({ strata, items, positive: "yes" });
        return { interval: f1.interval, truth: truthOf(population, "f1") };
      });
    };
    const [corrected, uncorrected] = [corpus(true), corpus(false)];
    expect(corrected.covered).toBeGreaterThan(0.92);
    expect(corrected.covered).toBeLessThan(0.98);
    expect(corrected.meanWidth).toBeLessThan(0.75 * uncorrected.meanWidth);
  });

  it("the whole population when the strata are those of a first random sample", () => {
    const { multinomial, withoutReplacement } = studyGenerator(37);
    const shares = population.flatMap(({ counts }) => counts.map((count) => count / 12_000));
    const [size, judged] = [600, [80, 300]];
    const study = (phased: boolean) =>
      repeatStudies(400, () => {
        const first = multinomial(size, shares);
        const parts = [first.slice(0, 4), first.slice(4)];
        const strata = parts.map((counts, i) => ({ id: `${i}`, weight: total(counts), populationSize: total(counts) }));
        const items = parts.flatMap((counts, i) => {
          return toItems(`${i}`, withoutReplacement(Math.min(judged[i] ?? 0, total(counts)), counts));
        });
        const phaseOne = phased ? { phaseOne: { size, populationSize: 1e9 } } : {};
        const { prevalence } = stratifiedClassification({ strata, items, positive: "yes", ...phaseOne });
        return { interval: prevalence.interval, truth: truthOf(population, "prevalence") };
      });
    const phased = study(true);
    expect(phased.covered).toBeGreaterThan(0.925);
    expect(phased.covered).toBeLessThan(0.98);
    // the sample's own documents are known far better than the population
    expect(study(false).covered).toBeLessThan(0.8);
  });
});

describe("the band of a precision–recall curve covers", () => {
  it("the whole curve at once about 95 % of the time, where single intervals do not", () => {
    const { uniform } = studyGenerator(38);
    const thresholds = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
    // positive with probability score²: integrals of s² and 1 − s² above each threshold
    const recallAt = (t: number) => 1 - t ** 3;
    const precisionAt = (t: number) => (1 - t ** 3) / 3 / (1 - t);
    let [together, single] = [0, 0];
    const studies = 120;
    for (let study = 0; study < studies; study++) {
      const items = Array.from({ length: 400 }, () => {
        const score = uniform();
        return { score, truth: uniform() < score ** 2 ? "yes" : "no" };
      });
      const points = precisionRecallCurve({ items, positive: "yes", thresholds });
      const within = (of: "band" | "interval", measure: "precision" | "recall", truth: (t: number) => number) =>
        points.every((point) => {
          const { lower, upper } = of === "band" ? point.band[measure] : point[measure].interval;
          return lower <= truth(point.threshold) && truth(point.threshold) <= upper;
        });
      if (within("band", "recall", recallAt)) together += 0.5;
      if (within("band", "precision", precisionAt)) together += 0.5;
      if (within("interval", "recall", recallAt)) single += 0.5;
      if (within("interval", "precision", precisionAt)) single += 0.5;
    }
    expect(together / studies).toBeGreaterThan(0.92);
    expect(together / studies).toBeLessThan(0.985);
    expect(single / studies).toBeLessThan(0.9);
  });
});
