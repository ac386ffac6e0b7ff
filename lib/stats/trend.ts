import { requireCount, requireFinite, requireLevel, StatisticsError } from "./error";
import { criticalNormal, normalCdf } from "./numerics/distributions";
import type { Interval } from "./types";

/** So many successes among so many trials at one score (a time, a dose). */
export type TrendGroup = { score: number; successes: number; trials: number };

export type Trend = {
  /** change of the share for each unit of the score, with its interval (linear approximation) */
  slope: number;
  standardError: number;
  interval: Interval;
  level: number;
  /** standard normal if there is no trend; positive: the share grows */
  z: number;
  /** two-sided */
  pValue: number;
  /** trials in strata in which score and outcome both vary */
  n: number;
};

/**
 * Whether a share grows or falls with a score: Cochran (Biometrics 10, 1954, section 6.4) and Armitage (Biometrics 11,
 * 1955, equations 1 to 3). Several strata, such as people, are compared within themselves and then summed (Mantel, JASA 58,
 * 1963, equation 5), so that who works when is not taken for a trend. The variance is the one given the margins, N − 1 in
 * place of N; the slope is the score statistic over its sum of squares, and its interval that of the test.
 *
 * @throws StatisticsError `invalid_argument`; `no_variation` where no stratum has both outcomes at different scores
 */
export function trendOfShares(strata: readonly (readonly TrendGroup[])[], level = 0.95): Trend {
  requireLevel(level);
  let [score, variance, squares, n] = [0, 0, 0, 0];
  for (const groups of strata) {
    let [trials, successes, sum, sumOfSquares, observed] = [0, 0, 0, 0, 0];
    for (const group of groups) {
      requireFinite(group.score, "A score");
      requireCount(group.successes, "The number of successes");
      requireCount(group.trials, "The number of trials");
      if (group.successes > group.trials) {
        throw new StatisticsError("invalid_argument", "There are more successes than trials.");
      }
      trials += group.trials;
      successes += group.successes;
      sum += group.trials * group.score;
      sumOfSquares += group.trials * group.score ** 2;
      observed += group.successes * group.score;
    }
    if (trials < 2 || successes === 0 || successes === trials) continue;
    const spread = sumOfSquares - sum ** 2 / trials;
    if (!(spread > 1e-9 * sumOfSquares)) continue;
    const share = successes / trials;
    score += observed - share * sum;
    variance += (share * (1 - share) * spread * trials) / (trials - 1);
    squares += spread;
    n += trials;
  }
  if (n === 0) {
    throw new StatisticsError("no_variation", "A trend needs both outcomes, at different scores.");
  }
  const z = score / Math.sqrt(variance);
  const slope = score / squares;
  const standardError = Math.sqrt(variance) / squares;
  const half = criticalNormal(level) * standardError;
  const interval = { lower: slope - half, upper: slope + half };
  return { slope, standardError, interval, level, z, pValue: 2 * normalCdf(-Math.abs(z)), n };
}
