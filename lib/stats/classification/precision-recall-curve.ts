import { requireFinite, requireLevel, StatisticsError } from "../error";
import { criticalNormal, normalCdf } from "../numerics/distributions";
import { largestNormalQuantile } from "../numerics/largest-normal";
import { Matrix } from "../numerics/matrix";
import type { FirstSample } from "../sampling/phases";
import type { FirstPhase } from "../sampling/ratio";
import type { Stratum } from "../sampling/strata";
import type { Estimate, Interval } from "../types";
import { readScored, type ScoredGroup, type ScoredItem, type ScoredStratum } from "./curve-sample";
import {
  estimateMeasure,
  type Measure,
  type Outcome,
  type OutcomeCount,
  type OutcomeStratum,
  ratioTerms,
} from "./measures";
import { possibleOutcomes } from "./possible-outcomes";

export type PrecisionRecallCurveInput = {
  items: ScoredItem[];
  strata?: Stratum[];
  positive: string;
  /** An item is called positive from this score on. */
  thresholds: number[];
  level?: number;
  phaseOne?: FirstSample;
  /** Of the draws behind the band's width; default 1. */
  seed?: number;
};

type CurveMeasure = "precision" | "recall" | "f1";
const CURVE_MEASURES: readonly CurveMeasure[] = ["precision", "recall", "f1"];

export type PrecisionRecallPoint = Record<CurveMeasure, Estimate> & {
  threshold: number;
  /** Limits that hold for a measure at all thresholds at once, with probability `level`. */
  band: Record<CurveMeasure, Interval>;
};

function outcomeAt(group: ScoredGroup, rank: number): Outcome {
  if (group.passed > rank) return group.positive ? "truePositive" : "falsePositive";
  return group.positive ? "falseNegative" : "otherRight";
}

const CALLED_POSITIVE: readonly Outcome[] = ["truePositive", "falsePositive"];

/** Items of a stratum by outcome and weight, at the threshold of this rank. */
function poolOutcomes(groups: readonly ScoredGroup[], rank: number): OutcomeCount[] {
  const pooled = new Map<string, OutcomeCount>();
  for (const group of groups) {
    const outcome = outcomeAt(group, rank);
    const key = `${outcome}|${group.weight}`;
    const known = pooled.get(key);
    if (known) known.count += group.count;
    else pooled.set(key, { outcome, weight: group.weight, count: group.count });
  }
  return [...pooled.values()];
}

/** The sample at the threshold of this rank, with unseen outcomes as heavy as the heaviest item on their side of it. */
function outcomesAt(strata: readonly ScoredStratum[], rank: number): OutcomeStratum[] {
  const seen = strata.map(({ groups }) => poolOutcomes(groups, rank));
  const isCalled = ({ outcome }: { outcome: Outcome }) => CALLED_POSITIVE.includes(outcome);
  const possible = possibleOutcomes(
    seen.map((items) => ({
      outcomes: new Set(items.map((item) => item.outcome)),
      positive: items.some(isCalled),
      other: !items.every(isCalled),
    })),
  );
  return strata.map(({ share, unsampled, phase }, index) => {
    const items = seen[index] ?? [];
    const unseen = (possible[index] ?? []).map((outcome) => {
      const side = items.filter((item) => isCalled(item) === isCalled({ outcome }));
      const weight = Math.max(...(side.length > 0 ? side : items).map((item) => item.weight));
      return { outcome, weight, count: 0 };
    });
    return { share, unsampled, group: phase, items: [...items, ...unseen] };
  });
}

/**
 * Correlation over thresholds of a measure's linearised estimate, at the thresholds where it has an error. The rows are
 * residuals as in linearisedRatio, up to a factor per threshold, which cancels.
 */
function correlationOver(
  measure: Measure,
  strata: readonly ScoredStratum[],
  values: readonly (number | null)[],
  firstPhase: FirstPhase | undefined,
): Matrix {
  const size = values.length;
  const covariance = new Matrix(size, size);
  const means: { share: number; phase: number; mean: Float64Array }[] = [];
  for (const { share, unsampled, phase, groups } of strata) {
    const n = groups.reduce((sum, group) => sum + group.count, 0);
    const residuals = groups.map((group) =>
      Float64Array.from(values, (value, rank) => {
        if (value === null) return 0;
        const [numerator, denominator] = ratioTerms(measure, outcomeAt(group, rank));
        return group.weight * (numerator - value * denominator);
      }),
    );
    const mean = new Float64Array(size);
    residuals.forEach((row, g) => {
      for (let k = 0; k < size; k++) mean[k] = (mean[k] ?? 0) + ((groups[g]?.count ?? 0) * (row[k] ?? 0)) / n;
    });
    means.push({ share, phase, mean });
    if (n < 2) continue;
    const scale = (share ** 2 * unsampled) / (n * (n - 1));
    residuals.forEach((row, g) => {
      for (let k = 0; k < size; k++) row[k] = (row[k] ?? 0) - (mean[k] ?? 0);
      for (let k = 0; k < size; k++) {
        const factor = scale * (groups[g]?.count ?? 0) * (row[k] ?? 0);
        if (factor === 0) continue;
        for (let l = 0; l <= k; l++) covariance.add(k, l, factor * (row[l] ?? 0));
      }
    });
  }
  addFirstPhase(covariance, means, firstPhase);
  const used = [...values.keys()].filter((k) => covariance.at(k, k) > 1e-20);
  const correlation = new Matrix(used.length, used.length);
  used.forEach((k, row) => {
    used.forEach((l, column) => {
      const value = covariance.at(Math.max(k, l), Math.min(k, l));
      correlation.set(row, column, value / Math.sqrt(covariance.at(k, k) * covariance.at(l, l)));
    });
  });
  return correlation;
}

/** The first phase's part of a covariance, as firstPhaseVariance has it of a variance. */
function addFirstPhase(
  covariance: Matrix,
  means: readonly { share: number; phase: number; mean: Float64Array }[],
  firstPhase: FirstPhase = [],
): void {
  for (const [phase, { size, unsampled }] of firstPhase.entries()) {
    const own = means.filter((stratum) => stratum.phase === phase);
    const share = own.reduce((sum, stratum) => sum + stratum.share, 0);
    if (unsampled === 0 || share === 0) continue;
    const [first] = own;
    const total = Float64Array.from(first?.mean ?? [], (_, k) =>
      own.reduce((sum, stratum) => sum + stratum.share * (stratum.mean[k] ?? 0), 0),
    );
    const scale = unsampled / Math.max(1, size - 1);
    for (const stratum of own) {
      for (let k = 0; k < total.length; k++) {
        // share · Σ share · mean² − (Σ share · mean)², as a sum over strata of products of deviations
        const factor = (scale * stratum.share * ((stratum.mean[k] ?? 0) * share - (total[k] ?? 0))) / share;
        if (factor === 0) continue;
        for (let l = 0; l <= k; l++) covariance.add(k, l, factor * ((stratum.mean[l] ?? 0) * share - (total[l] ?? 0)));
      }
    }
  }
}

/**
 * Precision, recall and F1 (0 to 1) of a classifier at several thresholds, from a test set that people labelled, weighted
 * by its design: at each threshold the estimates of stratifiedClassification, or, for items with weights of their own,
 * the weighted ratio estimator (Hájek 1971) with linearised standard error. `band` is simultaneous over thresholds,
 * separately for each measure: intervals at the level at which all of them hold together with probability `level` (sup-t
 * band: Montiel Olea and Plagborg-Møller, Journal of Applied Econometrics 34, 2019). Points come in the order of
 * `thresholds`; items of unknown truth are left out. `phaseOne` as in stratifiedClassification.
 *
 * @throws StatisticsError as stratifiedClassification; `empty_input` without thresholds or settled items
 */
export function precisionRecallCurve(input: PrecisionRecallCurveInput): PrecisionRecallPoint[] {
  const { items, positive, thresholds, level = 0.95, seed = 1 } = input;
  requireLevel(level);
  if (thresholds.length === 0) throw new StatisticsError("empty_input", "A curve needs at least one threshold.");
  for (const threshold of thresholds) requireFinite(threshold, "A threshold");
  const ascending = [...new Set(thresholds)].sort((a, b) => a - b);
  const { strata: scored, phases } = readScored(items, input.strata, positive, ascending, input.phaseOne);
  const samples = ascending.map((_, rank) => outcomesAt(scored, rank));
  const curves = CURVE_MEASURES.map((measure) => {
    const estimates = samples.map((sample) => estimateMeasure(measure, sample, level, phases.firstPhase));
    const values = estimates.map(({ value }) => (value > 0 && value < 1 ? value : null));
    const correlation = correlationOver(measure, scored, values, phases.firstPhase);
    const critical = Math.max(criticalNormal(level), largestNormalQuantile(correlation, level, seed));
    const joint = 2 * normalCdf(critical) - 1;
    const band = samples.map((sample) => estimateMeasure(measure, sample, joint, phases.firstPhase).interval);
    return { estimates, band };
  });
  const [precision, recall, f1] = curves;
  return thresholds.map((threshold) => {
    const rank = ascending.indexOf(threshold);
    return {
      threshold,
      precision: at(precision?.estimates, rank),
      recall: at(recall?.estimates, rank),
      f1: at(f1?.estimates, rank),
      band: { precision: at(precision?.band, rank), recall: at(recall?.band, rank), f1: at(f1?.band, rank) },
    };
  });
}

function at<Value>(values: readonly Value[] | undefined, index: number): Value {
  const value = values?.[index];
  if (value === undefined) throw new RangeError(`There is no threshold number ${index}.`);
  return value;
}
