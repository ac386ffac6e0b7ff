import { criticalNormal, criticalT, inverseLogit, logit } from "../numerics/distributions";
import type { Estimate, Interval } from "../types";
import { type FirstPhase, type LinearisedRatio, linearisedRatio, type RatioStratum } from "./ratio";
import { scoreInterval } from "./score-interval";

export type RatioQuestion = {
  strata: readonly RatioStratum[];
  level: number;
  /** Smallest and largest value that the ratio can have; between 0 and 1 the interval is built on the logit scale. */
  range: Interval;
  /** Some kind of item is so rare in a stratum that the linearisation cannot be trusted. */
  sparse: boolean;
  /** Some kind of item was not seen anywhere, so that the linearised standard error knows nothing about it. */
  unseen: boolean;
  firstPhase?: FirstPhase | undefined;
};

function linearisedInterval(
  { value, standardError, degreesOfFreedom }: LinearisedRatio,
  level: number,
  range: Interval,
) {
  if (standardError === 0) return { lower: value, upper: value };
  const half = criticalT(level, degreesOfFreedom) * standardError;
  if (range.lower === 0 && range.upper === 1 && value > 0 && value < 1) {
    const [center, spread] = [logit(value), half / (value * (1 - value))];
    return { lower: inverseLogit(center - spread), upper: inverseLogit(center + spread) };
  }
  return { lower: Math.max(range.lower, value - half), upper: Math.min(range.upper, value + half) };
}

/**
 * A ratio of two totals of a stratified sample. Null when the sample has nothing in the denominator.
 */
export function ratioEstimate(question: RatioQuestion): Estimate | null {
  const { strata, level, range, firstPhase } = question;
  const ratio = linearisedRatio(strata, firstPhase);
  if (!ratio) return null;
  const { value, n } = ratio;
  if (!question.sparse) {
    const method = "ratio estimator, linearised, t interval";
    return {
      value,
      standardError: ratio.standardError,
      interval: linearisedInterval(ratio, level, range),
      level,
      n,
      method,
    };
  }
  const interval = scoreInterval(strata, value, { level, range, firstPhase });
  const implied = (interval.upper - interval.lower) / (2 * criticalNormal(level));
  const standardError = question.unseen || ratio.standardError === 0 ? implied : ratio.standardError;
  return {
    value,
    standardError,
    interval,
    level,
    n,
    method: "ratio estimator, score interval for few items of a kind",
  };
}
