import { uniformGenerator } from "../numerics/random";
import type { Interval } from "../types";

/** How often intervals of repeated made-up studies held the truth, and on which side they missed it. */
export type Coverage = { covered: number; tooHigh: number; tooLow: number; meanWidth: number };

export function repeatStudies(studies: number, study: () => { interval: Interval; truth: number }): Coverage {
  let [tooHigh, tooLow, width] = [0, 0, 0];
  for (let i = 0; i < studies; i++) {
    const { interval, truth } = study();
    if (truth < interval.lower - 1e-9) tooHigh += 1;
    if (truth > interval.upper + 1e-9) tooLow += 1;
    width += interval.upper - interval.lower;
  }
  return {
    covered: 1 - (tooHigh + tooLow) / studies,
    tooHigh: tooHigh / studies,
    tooLow: tooLow / studies,
    meanWidth: width / studies,
  };
}

/** Draws for made-up studies from a seed. */
export function studyGenerator(seed: number) {
  const uniform = uniformGenerator(seed);
  const chance = (probability: number) => uniform() < probability;
  /** Counts of n independent items by kind. */
  const multinomial = (n: number, probabilities: readonly number[]): number[] => {
    const counts = probabilities.map(() => 0);
    for (let i = 0; i < n; i++) {
      let rest = uniform();
      const kind = probabilities.findIndex((probability) => {
        rest -= probability;
        return rest < 0;
      });
      const found = kind < 0 ? probabilities.length - 1 : kind;
      counts[found] = (counts[found] ?? 0) + 1;
    }
    return counts;
  };
  /** Counts by kind of n items drawn without replacement. */
  const withoutReplacement = (n: number, population: readonly number[]): number[] => {
    const left = [...population];
    let total = left.reduce((sum, count) => sum + count, 0);
    for (let i = 0; i < n; i++) {
      let rest = Math.floor(uniform() * total);
      const kind = left.findIndex((count) => {
        rest -= count;
        return rest < 0;
      });
      left[kind] = (left[kind] ?? 0) - 1;
      total -= 1;
    }
    return population.map((count, kind) => count - (left[kind] ?? 0));
  };
  return { uniform, chance, multinomial, withoutReplacement };
}
