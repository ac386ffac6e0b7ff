import { StatisticsError } from "../error";
import { uniformGenerator } from "../numerics/random";
import type { Interval } from "../types";
import type { RatedItem } from "./rating-table";

const SAMPLES = 2000;
const FEWEST_SAMPLES = 1000;

/**
 * Standard error and percentile interval of a coefficient over samples of the items with replacement (Efron and
 * Tibshirani 1993, chapter 13). A sample in which the coefficient has no value is drawn again, at most 2,000 times.
 */
export function bootstrapCoefficient(
  items: readonly RatedItem[],
  coefficientOf: (items: readonly RatedItem[]) => number | undefined,
  level: number,
  seed: number,
): { standardError: number; interval: Interval } {
  const uniform = uniformGenerator(seed);
  const drawn = items.flatMap((item) => Array.from({ length: item.count }, () => ({ ...item, count: 1 })));
  const values: number[] = [];
  for (let attempt = 0; attempt < 2 * SAMPLES && values.length < SAMPLES; attempt++) {
    const sample: RatedItem[] = [];
    while (sample.length < drawn.length) {
      const item = drawn[Math.floor(uniform() * drawn.length)];
      if (item) sample.push(item);
    }
    const value = coefficientOf(sample);
    if (value !== undefined) values.push(value);
  }
  if (values.length < FEWEST_SAMPLES) {
    const message = "Too few items vary for a bootstrap; leave out the seed to get the linearised interval.";
    throw new StatisticsError("too_few_observations", message);
  }
  values.sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const quantile = (probability: number) => values[Math.round(probability * (values.length - 1))] ?? mean;
  return {
    standardError: Math.sqrt(variance),
    interval: { lower: quantile((1 - level) / 2), upper: quantile((1 + level) / 2) },
  };
}
