import { describe, expect, it } from "vitest";
import { ppiMean } from "../means/ppi-mean";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import type { Interval } from "../types";
import { pairedClassification } from "./paired-classification";
import { precisionRecallCurve } from "./precision-recall-curve";
import { stratifiedClassification } from "./stratified-classification";

/**
 * A first random sample from a population without end has labels of two machines; people judge a second one, drawn from it
 * by strata. `share` of the population; `weak`: the stratum, which the second phase samples by itself.
 */
const kinds = [
  { share: 0.14, weak: false, truth: "yes", first: "yes", second: "yes" },
  { share: 0.05, weak: false, truth: "yes", first: "no", second: "yes" },
  { share: 0.04, weak: false, truth: "no", first: "yes", second: "no" },
  { share: 0.12, weak: false, truth: "no", first: "no", second: "no" },
  { share: 0.03, weak: true, truth: "yes", first: "yes", second: "yes" },
  { share: 0.03, weak: true, truth: "yes", first: "no", second: "yes" },
  { share: 0.02, weak: true, truth: "yes", first: "yes", second: "no" },
  { share: 0.03, weak: true, truth: "no", first: "yes", second: "yes" },
  { share: 0.54, weak: true, truth: "no", first: "no", second: "no" },
];
const size = 900;
const judgedIn = [150, 250];
const phaseOne = { size, populationSize: Number.POSITIVE_INFINITY };
const truth = kinds.reduce((sum, kind) => (kind.truth === "yes" ? sum + kind.share : sum), 0);
const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

function f1Of(side: "first" | "second"): number {
  const share = (matches: (kind: (typeof kinds)[number]) => boolean) =>
    kinds.reduce((sum, kind) => (matches(kind) ? sum + kind.share : sum), 0);
  const both = share((kind) => kind.truth === "yes" && kind[side] === "yes");
  return (2 * both) / (share((kind) => kind.truth === "yes") + share((kind) => kind[side] === "yes"));
}

function studies(seed: number) {
  const { multinomial, withoutReplacement } = studyGenerator(seed);
  return () => {
    const drawn = multinomial(
      size,
      kinds.map(({ share }) => share),
    );
    const cells = [false, true].map((weak) => drawn.map((count, at) => (kinds[at]?.weak === weak ? count : 0)));
    const judged = cells.map((counts, at) => withoutReplacement(judgedIn[at] ?? 0, counts));
    const items = judged.flatMap((counts, stratum) =>
      kinds.map((kind, at) => ({ ...kind, stratum: `${stratum}`, count: counts[at] ?? 0 })),
    );
    return { cells, judged, items, strata: cells.map((counts, at) => ({ id: `${at}`, weight: total(counts) })) };
  };
}

describe("of a second phase, 95 % intervals of 2,000 studies that know of the first", () => {
  const rounds = 2_000;

  function coverage(seed: number, target: number, of: (study: ReturnType<ReturnType<typeof studies>>) => Interval) {
    const study = studies(seed);
    return repeatStudies(rounds, () => ({ interval: of(study()), truth: target })).covered;
  }

  it("hold the prediction-powered mean, and without it too seldom", () => {
    const intervalOf = ({ cells, judged, items, strata }: ReturnType<ReturnType<typeof studies>>, aware: boolean) => {
      const rest = cells.map((counts, at) => counts.map((count, kind) => count - (judged[at]?.[kind] ?? 0)));
      const summaries = rest.map((counts, at) => {
        const count = total(counts);
        const called = total(counts.map((each, kind) => (kinds[kind]?.first === "yes" ? each : 0)));
        const mean = called / count;
        return { stratum: `${at}`, count, mean, variance: (mean * (1 - mean) * count) / (count - 1) };
      });
      return ppiMean(
        items.map(({ stratum, count, ...kind }) => ({
          stratum,
          count,
          truth: kind.truth === "yes" ? 1 : 0,
          prediction: kind.first === "yes" ? 1 : 0,
        })),
        summaries,
        { strata, ...(aware ? { phaseOne } : {}) },
      ).interval;
    };
    const covered = coverage(61, truth, (study) => intervalOf(study, true));
    expect(covered).toBeGreaterThanOrEqual(0.93);
    expect(covered).toBeLessThanOrEqual(0.97);
    expect(coverage(61, truth, (study) => intervalOf(study, false))).toBeLessThan(covered);
  });

  it("hold the paired difference of F1", () => {
    const target = f1Of("second") - f1Of("first");
    const covered = coverage(62, target, ({ items, strata }) => {
      return pairedClassification({ strata, items, positive: "yes", phaseOne }).f1.interval;
    });
    expect(covered).toBeGreaterThanOrEqual(0.93);
    expect(covered).toBeLessThanOrEqual(0.97);
  });
});

describe("a curve over thresholds of a second phase", () => {
  const { strata, items } = studies(63)();
  const scored = items.map((item) => ({
    ...item,
    score: item.first === "yes" ? (item.second === "yes" ? 0.9 : 0.6) : item.second === "yes" ? 0.4 : 0.1,
  }));
  const curve = (aware: boolean) =>
    precisionRecallCurve({
      items: scored.map(({ stratum, truth: settled, score, count }) => ({ stratum, truth: settled, score, count })),
      strata,
      positive: "yes",
      thresholds: [0.3, 0.5, 0.8],
      ...(aware ? { phaseOne } : {}),
    });

  it("has at each threshold the figures of the classification", () => {
    const at = stratifiedClassification({
      strata,
      items: scored.map((item) => ({ ...item, predicted: item.score >= 0.5 ? "yes" : "no" })),
      positive: "yes",
      phaseOne,
    });
    const point = curve(true)[1];
    for (const measure of ["precision", "recall", "f1"] as const) {
      expect(point?.[measure].value).toBeCloseTo(at[measure].value, 12);
      expect(point?.[measure].standardError).toBeCloseTo(at[measure].standardError, 12);
    }
  });

  it("has a wider band than without the first phase", () => {
    const [two, one] = [curve(true), curve(false)];
    const width = (points: typeof one) =>
      points.reduce((sum, { band }) => sum + band.recall.upper - band.recall.lower, 0);
    expect(width(two)).toBeGreaterThan(width(one));
  });
});
