import { describe, expect, it } from "vitest";
import { stratifiedClassification } from "../classification/stratified-classification";
import { wilsonInterval } from "../proportions";
import { linearisedHalfWidths, simulateAnytimeHalfWidth, simulateHalfWidths } from "./expected-half-width";
import { expectedOutcomes, impliedPrevalence, type OutcomeShares } from "./expected-outcomes";

const assumptions = { prevalence: 0.02, precision: 0.9, recall: 0.8 };

function whole(strata: { weight: number }[], outcomes: OutcomeShares[]) {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  const of = (kind: keyof OutcomeShares) =>
    outcomes.reduce((sum, shares, index) => sum + (shares[kind] * (strata[index]?.weight ?? 0)) / total, 0);
  const [tp, fp, fn] = [of("truePositive"), of("falsePositive"), of("falseNegative")];
  return { precision: tp / (tp + fp), recall: tp / (tp + fn), prevalence: tp + fn };
}

describe("expected outcomes", () => {
  it("have the assumed prevalence, precision and recall over all strata", () => {
    const strata = [
      { weight: 0.7, positiveShare: null, score: null },
      { weight: 0.3, positiveShare: null, score: null },
    ];
    const found = whole(strata, expectedOutcomes(strata, assumptions));
    expect(found.prevalence).toBeCloseTo(0.02, 10);
    expect(found.precision).toBeCloseTo(0.9, 10);
    expect(found.recall).toBeCloseTo(0.8, 10);
  });

  it("follow the predictions where these are known, and the scores within them", () => {
    const strata = [
      { weight: 1_000, positiveShare: 1, score: 0.97 },
      { weight: 500, positiveShare: 1, score: 0.6 },
      { weight: 2_000, positiveShare: 0, score: 0.2 },
      { weight: 96_500, positiveShare: 0, score: 0.001 },
    ];
    const outcomes = expectedOutcomes(strata, assumptions);
    const found = whole(strata, outcomes);
    expect(found.precision).toBeCloseTo(0.9, 8);
    expect(found.recall).toBeCloseTo(0.8, 8);
    expect(found.prevalence).toBeCloseTo(impliedPrevalence(0.015, assumptions), 8);
    const [sure, near, doubtful, clear] = outcomes;
    expect(sure?.truePositive).toBeGreaterThan((near?.truePositive ?? 1) + 0.1);
    expect(doubtful?.falseNegative).toBeGreaterThan(20 * (clear?.falseNegative ?? 1));
    expect(outcomes.map(({ trueNegative }) => trueNegative > 0)).toEqual([false, false, true, true]);
  });

  it("give way to what people settled on, the more the more there is of it", () => {
    const stratum = { weight: 1, positiveShare: 1, score: null };
    const judged = (count: number) => ({
      truePositive: count,
      falsePositive: count,
      falseNegative: 0,
      trueNegative: 0,
    });
    const shareOf = (count: number) =>
      expectedOutcomes([{ ...stratum, judged: judged(count) }], assumptions)[0]?.truePositive ?? 0;
    expect(shareOf(0)).toBeCloseTo(0.9, 10);
    expect(shareOf(2)).toBeCloseTo((2 + 4 * 0.9) / 8, 10);
    expect(shareOf(5_000)).toBeCloseTo(0.5, 3);
  });

  it("refuse what is no share", () => {
    const strata = [{ weight: 1, positiveShare: null, score: null }];
    expect(() => expectedOutcomes(strata, { ...assumptions, recall: 1.1 })).toThrow("between 0 and 1");
    expect(() => expectedOutcomes([], assumptions)).toThrow("weight above 0");
    for (const extreme of [0, 1]) {
      const [shares] = expectedOutcomes(strata, { prevalence: extreme, precision: extreme, recall: extreme });
      expect(Object.values(shares ?? {}).every(Number.isFinite)).toBe(true);
    }
  });
});

describe("expected half-widths", () => {
  const outcomes = (right: number) => ({
    truePositive: right,
    falsePositive: 1 - right,
    falseNegative: 0,
    trueNegative: 0,
  });
  const misses = { truePositive: 0, falsePositive: 0, falseNegative: 0.04, trueNegative: 0.96 };
  const strata = [
    { weight: 0.3, judged: 400, outcomes: outcomes(0.9) },
    { weight: 0.7, judged: 600, outcomes: misses },
  ];
  const mean = (studies: number, next: () => number) =>
    Array.from({ length: studies }, next).reduce((sum, value) => sum + value, 0) / studies;

  it("of precision are those of one proportion where the strata are the predictions", () => {
    const studies = simulateHalfWidths(strata, { seed: 1 });
    const { lower, upper } = wilsonInterval(360, 400);
    expect(mean(60, () => studies.next().value.precision)).toBeCloseTo((upper - lower) / 2, 2);
  });

  it("leave what is judged already as it is, and make up the rest alone", () => {
    const known = { truePositive: 200, falsePositive: 200, falseNegative: 0, trueNegative: 0 };
    const widthsOf = (judged: number) => {
      const studies = simulateHalfWidths([{ weight: 1, judged, outcomes: outcomes(1), known }], { seed: 3 });
      return Array.from({ length: 5 }, () => studies.next().value.precision);
    };
    const { lower, upper } = wilsonInterval(200, 400);
    expect(new Set(widthsOf(400)).size).toBe(1);
    expect(widthsOf(400)[0]).toBeCloseTo((upper - lower) / 2, 2);
    expect(widthsOf(100)).toEqual(widthsOf(400));
    const later = wilsonInterval(1800, 2000);
    expect(widthsOf(2000)[0]).toBeCloseTo((later.upper - later.lower) / 2, 2);
  });

  it("agree with the formula where nothing is rare, and are those of the same seed again", () => {
    const simulated = simulateHalfWidths(strata, { seed: 2 });
    const formula = linearisedHalfWidths(strata);
    const widths = Array.from({ length: 60 }, () => simulated.next().value);
    for (const measure of ["precision", "recall", "f1"] as const) {
      const expected = widths.reduce((sum, width) => sum + width[measure], 0) / widths.length;
      expect(Math.abs(expected / formula[measure] - 1)).toBeLessThan(0.06);
    }
    expect(simulateHalfWidths(strata, { seed: 2 }).next().value).toEqual(widths[0]);
  });

  it("hold a first phase's uncertainty, as what is computed from such a sample does", () => {
    const inPhase = strata.map((stratum) => ({ ...stratum, phaseOne: "all" }));
    const phaseOne = { strata: [{ id: "all", size: 1100, populationSize: Number.POSITIVE_INFINITY }] };
    const labelled = strata.flatMap(({ judged, outcomes: shares }, index) => {
      const item = (predicted: string, truth: string, share: number) => {
        return { stratum: `${index}`, predicted, truth, count: Math.round(judged * share) };
      };
      return [
        item("yes", "yes", shares.truePositive),
        item("yes", "no", shares.falsePositive),
        item("no", "yes", shares.falseNegative),
        item("no", "no", shares.trueNegative),
      ];
    });
    const weights = inPhase.map(({ weight, phaseOne: first }, index) => ({ id: `${index}`, weight, phaseOne: first }));
    const typical = stratifiedClassification({ strata: weights, items: labelled, positive: "yes", phaseOne });
    const simulated = simulateHalfWidths(inPhase, { seed: 2, phaseOne });
    const widths = Array.from({ length: 60 }, () => simulated.next().value);
    const formula = linearisedHalfWidths(inPhase, { phaseOne });
    for (const measure of ["recall", "f1"] as const) {
      const { lower, upper } = typical[measure].interval;
      const expected = widths.reduce((sum, width) => sum + width[measure], 0) / widths.length;
      expect(Math.abs(expected / ((upper - lower) / 2) - 1)).toBeLessThan(0.06);
      expect(Math.abs(formula[measure] / ((upper - lower) / 2) - 1)).toBeLessThan(0.06);
      expect(formula[measure]).toBeGreaterThan(1.02 * linearisedHalfWidths(strata)[measure]);
    }
    // Where the strata are the predictions, precision asks for one of them alone.
    expect(formula.precision).toBeCloseTo(linearisedHalfWidths(strata).precision, 12);
    expect(() => linearisedHalfWidths(inPhase, { phaseOne: { strata: [] } })).toThrow("no stratum");
  });

  it("are told where strata are single documents, also where all are", () => {
    const single = { weight: 0.001, judged: 1, outcomes: misses };
    for (const some of [
      [...strata, single],
      [single, single],
    ]) {
      const { f1 } = simulateHalfWidths(some, { seed: 4 }).next().value;
      const anytime = simulateAnytimeHalfWidth(some, { seed: 4 }).next().value;
      const formula = linearisedHalfWidths(some).f1;
      for (const half of [f1, anytime, formula]) expect(half).toBeGreaterThan(0);
      for (const half of [f1, anytime, formula]) expect(half).toBeLessThanOrEqual(0.5);
    }
    const alone = simulateHalfWidths(strata, { seed: 5 }).next().value.f1;
    expect(simulateHalfWidths([...strata, single], { seed: 5 }).next().value.f1).toBeLessThan(1.2 * alone);
  });

  it("are wider anytime-valid than for a size fixed beforehand, and shrink with the size", () => {
    const anytime = (factor: number) => {
      const scaled = strata.map((stratum) => ({ ...stratum, judged: stratum.judged * factor }));
      const studies = simulateAnytimeHalfWidth(scaled, { seed: 3 });
      return mean(4, () => studies.next().value);
    };
    const fixed = simulateHalfWidths(strata, { seed: 3 }).next().value.f1;
    expect(anytime(1)).toBeGreaterThan(1.2 * fixed);
    expect(anytime(1)).toBeLessThan(4 * fixed);
    expect(anytime(4)).toBeLessThan(0.7 * anytime(1));
  });
});
