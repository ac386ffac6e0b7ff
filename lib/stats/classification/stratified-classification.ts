import { requireLevel } from "../error";
import { type FirstSample, type Phases, readPhases, unsampledPart } from "../sampling/phases";
import type { Stratum } from "../sampling/strata";
import type { Estimate, Interval } from "../types";
import { type Judged, type JudgedStratum, readJudged } from "./judged-sample";
import { effectiveSize, estimateMeasure, type Measure, type Outcome, type OutcomeStratum } from "./measures";
import { PREDICTED_OTHER, PREDICTED_POSITIVE, possibleOutcomes, type SeenInStratum } from "./possible-outcomes";

export type StratifiedClassificationInput = {
  strata: Stratum[];
  items: Judged[];
  positive: string;
  level?: number;
  phaseOne?: FirstSample;
  /** The strata were cut by these predictions, so that each holds one kind. Left out: told from the sample. */
  strataFollow?: boolean;
};

/**
 * `values` are the figure if all items of unknown truth went against it and if all spoke for it, `limits` the outer
 * confidence limits of these two.
 */
export type UnsettledBounds = { count: number; values: Record<Measure, Interval>; limits: Record<Measure, Interval> };

export type StratifiedClassification = Record<Measure, Estimate> & {
  /** How many items a simple random sample would need for the same standard error; null where nothing varies. */
  effectiveSizes: Record<Measure, number | null>;
  /** Only with items of unknown truth. */
  unsettled?: UnsettledBounds;
};

type Assignment = { positive: Outcome; other: Outcome };

/** What unsettled items (by prediction) would have to be for a measure to be lowest and highest. */
const EXTREMES: Record<Measure, { worst: Assignment; best: Assignment }> = {
  precision: {
    worst: { positive: "falsePositive", other: "otherRight" },
    best: { positive: "truePositive", other: "otherRight" },
  },
  recall: {
    worst: { positive: "falsePositive", other: "falseNegative" },
    best: { positive: "truePositive", other: "otherRight" },
  },
  f1: {
    worst: { positive: "falsePositive", other: "falseNegative" },
    best: { positive: "truePositive", other: "otherRight" },
  },
  prevalence: {
    worst: { positive: "falsePositive", other: "otherRight" },
    best: { positive: "truePositive", other: "falseNegative" },
  },
  accuracy: {
    worst: { positive: "falsePositive", other: "falseNegative" },
    best: { positive: "truePositive", other: "otherRight" },
  },
};

function seenIn({ outcomes, unsettled, outside }: JudgedStratum): SeenInStratum {
  return {
    outcomes: new Set(outcomes.keys()),
    positive: unsettled.positive + outside.positive > 0 || PREDICTED_POSITIVE.some((outcome) => outcomes.has(outcome)),
    other: unsettled.other + outside.other > 0 || PREDICTED_OTHER.some((outcome) => outcomes.has(outcome)),
  };
}

function outcomeStrata(
  strata: readonly JudgedStratum[],
  phases: Phases,
  strataFollow: boolean | undefined,
  assignment?: Assignment,
): OutcomeStratum[] {
  const possible = possibleOutcomes(strata.map(seenIn), strataFollow);
  return strata.map((stratum, index) => {
    const counts = new Map(possible[index]?.map((outcome) => [outcome, 0]));
    for (const [outcome, count] of stratum.outcomes) counts.set(outcome, count);
    for (const side of ["positive", "other"] as const) {
      const count = stratum.unsettled[side];
      if (assignment && count > 0) counts.set(assignment[side], (counts.get(assignment[side]) ?? 0) + count);
    }
    const items = [...counts].map(([outcome, count]) => ({ outcome, count, weight: 1 }));
    const sampled = items.reduce((sum, item) => sum + item.count, 0);
    return {
      share: stratum.share,
      unsampled: unsampledPart(stratum, sampled, phases),
      items,
      group: phases.groupOf(stratum),
    };
  });
}

/**
 * Precision, recall, F1, prevalence of the positive class and accuracy (all 0 to 1) of predictions judged on a
 * stratified random sample: stratified ratio estimators with Taylor-linearised standard errors (Cochran 1977, section
 * 6.11; for strata that are the predicted classes these are equations 1–7 of Stehman, Remote Sensing of Environment 132
 * (2013), and of Olofsson et al., ibid. 148 (2014)), t intervals on the logit scale; where a stratum has fewer than five
 * items of a kind, score intervals instead, see scoreInterval. `n` counts settled items.
 *
 * Without `populationSize` and `phaseOne` a figure speaks of the classifier on documents like these; with
 * `populationSize` of exactly the strata's documents; with `phaseOne` of the population from which the first sample was
 * drawn, adding that sample's variance (Cochran, section 12.2; for a stratified first sample in each of its strata).
 *
 * With items `outside`, the figures are those of the domain that the others make up (Cochran, section 5A.14; Särndal,
 * Swensson and Wretman 1992, section 10.3): strata keep their weights and sample sizes. `n` counts the domain's items.
 *
 * A stratum of which a single item was judged is refused while another could be; where `populationSize` or `available` say
 * that there is none, its spread is taken from how far it lies from the mean of all (see linearisedRatio).
 *
 * A figure without anything to compute it from (precision where nothing was called positive) is 0 with the interval 0
 * to 1. Items of unknown truth are left out, as if missing at random in their stratum; `unsettled` has the bounds.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`, `duplicate_stratum`, `unknown_stratum`,
 * `stratum_without_items`, `stratum_unsettled`, `stratum_with_one_item`
 */
export function stratifiedClassification(input: StratifiedClassificationInput): StratifiedClassification {
  const level = input.level ?? 0.95;
  requireLevel(level);
  const judged = readJudged(input.strata, input.items, input.positive);
  const phases = readPhases(input.phaseOne, input.strata, input.items);
  const estimate = estimator(judged, phases, level, input.strataFollow);
  const settled = outcomeStrata(judged, phases, input.strataFollow);
  const figures = {
    ...byMeasure((measure) => estimate(measure)),
    effectiveSizes: byMeasure((measure) => effectiveSize(measure, settled, phases.firstPhase)),
  };
  const unsettled = boundsOf(judged, estimate);
  return unsettled ? { ...figures, unsettled } : figures;
}

/**
 * The bounds of `stratifiedClassification` alone: also where a stratum has no settled item, or a single one, so that there
 * are no figures. Undefined without items of unknown truth.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`, `duplicate_stratum`, `unknown_stratum`,
 * `stratum_without_items`, `stratum_with_one_item`: of all judged items
 */
export function unsettledBounds(input: StratifiedClassificationInput): UnsettledBounds | undefined {
  const level = input.level ?? 0.95;
  requireLevel(level);
  const judged = readJudged(input.strata, input.items, input.positive, true);
  const phases = readPhases(input.phaseOne, input.strata, input.items);
  return boundsOf(judged, estimator(judged, phases, level, input.strataFollow));
}

type Estimator = (measure: Measure, assignment?: Assignment) => Estimate;

function estimator(
  judged: readonly JudgedStratum[],
  phases: Phases,
  level: number,
  strataFollow: boolean | undefined,
): Estimator {
  const outside = judged.reduce((sum, stratum) => sum + stratum.outside.positive + stratum.outside.other, 0);
  return (measure, assignment) => {
    const strata = outcomeStrata(judged, phases, strataFollow, assignment);
    const { n, ...found } = estimateMeasure(measure, strata, level, phases.firstPhase);
    return { ...found, n: n - outside };
  };
}

const byMeasure = <Value>(of: (measure: Measure) => Value): Record<Measure, Value> => ({
  precision: of("precision"),
  recall: of("recall"),
  f1: of("f1"),
  prevalence: of("prevalence"),
  accuracy: of("accuracy"),
});

function boundsOf(judged: readonly JudgedStratum[], estimate: Estimator): UnsettledBounds | undefined {
  const count = judged.reduce((sum, { unsettled }) => sum + unsettled.positive + unsettled.other, 0);
  if (count === 0) return undefined;
  const extremes = byMeasure((measure) => ({
    worst: estimate(measure, EXTREMES[measure].worst),
    best: estimate(measure, EXTREMES[measure].best),
  }));
  return {
    count,
    values: byMeasure((measure) => ({
      lower: extremes[measure].worst.value,
      upper: extremes[measure].best.value,
    })),
    limits: byMeasure((measure) => ({
      lower: extremes[measure].worst.interval.lower,
      upper: extremes[measure].best.interval.upper,
    })),
  };
}
