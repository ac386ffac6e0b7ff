import { type Measure, type Outcome, ratioTerms } from "../classification/measures";
import { requireCount, StatisticsError } from "../error";
import type { OutcomeShares } from "./expected-outcomes";

/**
 * A stratum to draw from: its share of the population or its size as `weight`, how many documents it has, the standard
 * deviation of one document's part in the estimate (`spread`), and how many of it are drawn at least (2, or all where it
 * has fewer, unless told otherwise).
 */
export type AllocatedStratum = { weight: number; size: number; spread: number; least?: number };

/**
 * How many of each stratum, whole numbers that sum to `size` (to all, where there are fewer), so that the variance of a
 * stratified mean, Σ weight² · spread² / n, is the smallest that whole numbers allow, with at least `least` and at most
 * all of each stratum. Neyman, JRSS 97 (1934); exact in whole numbers by priorities weight · spread / √(n (n + 1)): Wright,
 * The American Statistician 66 (2012), and with limits on each stratum: Wright, Survey Methodology 43 (2017) and Friedrich
 * et al., Computational Statistics & Data Analysis 92 (2015). The finite-population correction does not change the optimum.
 *
 * @throws StatisticsError `invalid_argument` for a size below the sum of the least
 */
export function allocateOptimally(strata: readonly AllocatedStratum[], size: number): number[] {
  requireCount(size, "The size of a sample");
  const population = strata.reduce((sum, stratum) => sum + stratum.size, 0);
  const limits = strata.map((stratum) => {
    requireCount(stratum.size, "The size of a stratum");
    return { least: Math.min(stratum.size, stratum.least ?? 2), most: stratum.size };
  });
  const wanted = Math.min(size, population);
  if (limits.reduce((sum, { least }) => sum + least, 0) > wanted) {
    throw new StatisticsError("invalid_argument", `${size} documents are too few for ${strata.length} strata.`);
  }
  // Where nothing varies as far as is known, a vanishing part of the largest weight goes by size.
  const heaviestPart = Math.max(...strata.map(({ weight, spread }) => weight * spread)) || 1;
  const weights = strata.map(({ weight, spread, size: own }) => {
    return Math.max(weight * spread, (1e-9 * heaviestPart * own) / Math.max(1, population)) ** 2;
  });
  // A stratum holds all n whose priority, weight² / (n (n − 1)), reaches the price.
  const countsAt = (price: number) =>
    weights.map((weight, index) => {
      const { least, most } = limits[index] ?? { least: 0, most: 0 };
      const count = Math.floor((1 + Math.sqrt(1 + (4 * weight) / price)) / 2);
      return Math.min(most, Math.max(least, weight > 0 ? count : least));
    });
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const heaviest = Math.max(...weights);
  let [low, high] = [Math.log(heaviest || 1) - 100, Math.log(heaviest || 1) + 5];
  for (let step = 0; step < 200 && high - low > 1e-12; step++) {
    const middle = (low + high) / 2;
    if (sum(countsAt(Math.exp(middle))) > wanted) low = middle;
    else high = middle;
  }
  const counts = countsAt(Math.exp(high));
  for (let left = wanted - sum(counts); left > 0; left--) {
    let [best, priority] = [-1, -1];
    weights.forEach((weight, index) => {
      const count = counts[index] ?? 0;
      if (count >= (limits[index]?.most ?? 0)) return;
      const own = weight / (Math.max(1, count) * (count + 1));
      if (own > priority) [best, priority] = [index, own];
    });
    if (best < 0) break;
    counts[best] = (counts[best] ?? 0) + 1;
  }
  return counts;
}

const outcomes: Record<keyof OutcomeShares, Outcome> = {
  truePositive: "truePositive",
  falsePositive: "falsePositive",
  falseNegative: "falseNegative",
  trueNegative: "otherRight",
};
const kinds = Object.keys(outcomes) as (keyof OutcomeShares)[];

/** What an estimate of a measure is expected to be, and mean and standard deviation of its linearised values in each stratum. */
export type Linearised = { value: number; means: number[]; spreads: number[] };

/**
 * The measure under planned outcomes and the spread of its Taylor-linearised values, (numerator − value · denominator) /
 * mean denominator, in every stratum (Cochran, Sampling Techniques 1977, sections 5.5 and 6.11; Särndal, Swensson and
 * Wretman 1992, section 12.7 on optimum allocation for a ratio). With these spreads allocateOptimally minimises the
 * measure's linearised variance. Null where the measure has no value.
 */
export function lineariseMeasure(
  measure: Measure,
  strata: readonly { weight: number; outcomes: OutcomeShares }[],
): Linearised | null {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  const meanOf = (shares: OutcomeShares, of: (numerator: number, denominator: number) => number) =>
    kinds.reduce((sum, kind) => sum + shares[kind] * of(...ratioTerms(measure, outcomes[kind])), 0);
  const whole = (of: (numerator: number, denominator: number) => number) =>
    strata.reduce((sum, stratum) => sum + (stratum.weight / total) * meanOf(stratum.outcomes, of), 0);
  const denominator = whole((_, below) => below);
  if (!(denominator > 0)) return null;
  const value = whole((above) => above) / denominator;
  const residual = (above: number, below: number) => (above - value * below) / denominator;
  const means = strata.map(({ outcomes: shares }) => meanOf(shares, residual));
  const spreads = strata.map(({ outcomes: shares }, index) => {
    const square = meanOf(shares, (above, below) => residual(above, below) ** 2);
    return Math.sqrt(Math.max(0, square - (means[index] ?? 0) ** 2));
  });
  return { value, means, spreads };
}
