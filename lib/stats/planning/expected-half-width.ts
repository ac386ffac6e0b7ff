import { f1AnytimeInterval } from "../classification/f1-confidence-sequence";
import type { Measure, Outcome, OutcomeStratum } from "../classification/measures";
import { estimateMeasure } from "../classification/measures";
import { possibleOutcomes } from "../classification/possible-outcomes";
import { criticalT } from "../numerics/distributions";
import { normalGenerator, uniformGenerator } from "../numerics/random";
import { type FirstSample, type Phases, readPhases } from "../sampling/phases";
import { firstPhaseVariance } from "../sampling/ratio";
import { lineariseMeasure } from "./allocate";
import type { OutcomeShares } from "./expected-outcomes";

export const plannedMeasures = ["precision", "recall", "f1"] as const;
export type PlannedMeasure = (typeof plannedMeasures)[number];

/**
 * A stratum with its share of the population, how many of it are judged in the end, and what is expected of them. `known`:
 * counts of those that are judged already; only the others are made up. `phaseOne`: the first phase's stratum in which it lies.
 */
export type SampledStratum = {
  weight: number;
  judged: number;
  outcomes: OutcomeShares;
  known?: OutcomeShares;
  phaseOne?: string;
};

/** Expected half-widths, (upper − lower) / 2, of intervals; null where the measure has no value. */
export type HalfWidths = Record<PlannedMeasure, number>;

const kinds: { share: keyof OutcomeShares; outcome: Outcome; predicted: "yes" | "no"; truth: "yes" | "no" }[] = [
  { share: "truePositive", outcome: "truePositive", predicted: "yes", truth: "yes" },
  { share: "falsePositive", outcome: "falsePositive", predicted: "yes", truth: "no" },
  { share: "falseNegative", outcome: "falseNegative", predicted: "no", truth: "yes" },
  { share: "trueNegative", outcome: "otherRight", predicted: "no", truth: "no" },
];

/** Makes up studies from a seed: counts of outcomes in every stratum, in the order of `kinds`. */
function studyMaker(strata: readonly SampledStratum[], seed: number): () => number[][] {
  const [uniform, normal] = [uniformGenerator(seed), normalGenerator(seed + 1)];
  const binomial = (n: number, share: number): number => {
    if (n <= 0 || share <= 0) return 0;
    if (share >= 1) return n;
    if (share > 0.5) return n - binomial(n, 1 - share);
    const mean = n * share;
    // de Moivre and Laplace: where 50 and more are expected, the count is normal to within what a plan can tell
    if (mean > 50) return Math.max(0, Math.min(n, Math.round(mean + Math.sqrt(mean * (1 - share)) * normal())));
    let [count, probability, sum] = [0, (1 - share) ** n, uniform()];
    while (sum > probability && count < n) {
      sum -= probability;
      count += 1;
      probability *= ((n - count + 1) / count) * (share / (1 - share));
    }
    return count;
  };
  return () =>
    strata.map(({ judged, outcomes, known }) => {
      const before = kinds.map(({ share }) => known?.[share] ?? 0);
      let [left, rest] = [Math.max(0, judged - before.reduce((sum, count) => sum + count, 0)), 1];
      return kinds.map(({ share }, index) => {
        const own = outcomes[share];
        const count = index === kinds.length - 1 ? left : binomial(left, rest > 0 ? Math.min(1, own / rest) : 0);
        left -= count;
        rest -= own;
        return count + (before[index] ?? 0);
      });
    });
}

function outcomeStrata(
  strata: readonly SampledStratum[],
  counts: readonly number[][],
  { groupOf }: Phases,
): OutcomeStratum[] {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  const possible = possibleOutcomes(
    counts.map(([tp = 0, fp = 0, fn = 0, tn = 0]) => ({
      outcomes: new Set(kinds.filter((_, index) => [tp, fp, fn, tn][index]).map(({ outcome }) => outcome)),
      positive: tp + fp > 0,
      other: fn + tn > 0,
    })),
  );
  return strata.map((stratum, index) => {
    const items = kinds
      .map(({ outcome }, kind) => ({ outcome, count: counts[index]?.[kind] ?? 0, weight: 1 }))
      .filter(({ outcome, count }) => count > 0 || possible[index]?.includes(outcome));
    return { share: stratum.weight / total, unsampled: 1, items, group: groupOf(stratum) };
  });
}

const usable = (strata: readonly SampledStratum[]) => strata.filter(({ weight, judged }) => weight > 0 && judged > 0);

/** `phaseOne`: the first phase's sample, whose uncertainty the intervals hold too; the strata say where they lie in it. */
type Options = { level?: number; phaseOne?: FirstSample };

/** The strata with names, for what asks for them. */
const named = (strata: readonly SampledStratum[]) =>
  strata.map(({ weight, phaseOne }, index) => ({ id: `${index}`, weight, phaseOne }));

const phasesOf = (strata: readonly SampledStratum[], phaseOne: FirstSample | undefined) =>
  readPhases(
    phaseOne,
    named(strata),
    strata.map(({ judged }, index) => ({ stratum: `${index}`, count: judged })),
  );

/**
 * Half-widths of the intervals that stratifiedClassification gives, in one made-up study after the other, each counts drawn
 * from the planned outcomes (a parametric simulation). The caller takes as many studies as it has time for and averages:
 * the same seed gives the same studies. Strata are as if without end. Throws as readPhases.
 */
export function* simulateHalfWidths(
  strata: readonly SampledStratum[],
  options: Options & { seed: number },
): Generator<HalfWidths, never> {
  const sampled = usable(strata);
  const make = studyMaker(sampled, options.seed);
  const phases = phasesOf(sampled, options.phaseOne);
  for (;;) {
    const judged = outcomeStrata(sampled, make(), phases);
    const half = (measure: Measure) => {
      const { interval } = estimateMeasure(measure, judged, options.level ?? 0.95, phases.firstPhase);
      return (interval.upper - interval.lower) / 2;
    };
    yield { precision: half("precision"), recall: half("recall"), f1: half("f1") };
  }
}

/**
 * Half-widths of F1's anytime-valid interval (f1AnytimeInterval) when all are judged, in one made-up study
 * after the other; strata as above.
 */
export function* simulateAnytimeHalfWidth(
  strata: readonly SampledStratum[],
  options: Options & { seed: number },
): Generator<number, never> {
  const sampled = usable(strata);
  const make = studyMaker(sampled, options.seed);
  const weights = named(sampled);
  for (;;) {
    const items = make().flatMap((counts, stratum) =>
      kinds.map(({ predicted, truth }, kind) => ({
        stratum: `${stratum}`,
        predicted,
        truth,
        count: counts[kind] ?? 0,
      })),
    );
    const judged = items.filter(({ count }) => count > 0);
    const { lower, upper } = f1AnytimeInterval(judged, weights, {
      positive: "yes",
      level: options.level ?? 0.95,
      phaseOne: options.phaseOne,
    });
    yield (upper - lower) / 2;
  }
}

/**
 * Half-widths by the linearised variance alone, t × standard error on the logit scale (Cochran 1977, sections 5.5, 6.11;
 * for a first phase 12.2): for designs of so many strata that simulating takes long. Too small where kinds are rare.
 */
export function linearisedHalfWidths(strata: readonly SampledStratum[], options: Options = {}): HalfWidths {
  const sampled = usable(strata);
  const phases = phasesOf(sampled, options.phaseOne);
  const total = sampled.reduce((sum, { weight }) => sum + weight, 0);
  const half = (measure: PlannedMeasure) => {
    const planned = lineariseMeasure(measure, sampled);
    if (!planned || !(planned.value > 0 && planned.value < 1)) return 0.5;
    const { value, means, spreads } = planned;
    let [variance, judged] = [0, 0];
    sampled.forEach((stratum, index) => {
      variance += ((stratum.weight / total) * (spreads[index] ?? 0)) ** 2 / stratum.judged;
      judged += stratum.judged;
    });
    if (phases.firstPhase) {
      const parts = sampled.map((stratum, index) => ({
        share: stratum.weight / total,
        group: phases.groupOf(stratum),
        mean: means[index] ?? 0,
      }));
      variance += firstPhaseVariance(phases.firstPhase, parts, 1);
    }
    const spread =
      (criticalT(options.level ?? 0.95, Math.max(1, judged - sampled.length)) * Math.sqrt(variance)) /
      (value * (1 - value));
    const odds = value / (1 - value);
    const share = (by: number) => (odds * Math.exp(by)) / (1 + odds * Math.exp(by));
    return (share(spread) - share(-spread)) / 2;
  };
  return { precision: half("precision"), recall: half("recall"), f1: half("f1") };
}
