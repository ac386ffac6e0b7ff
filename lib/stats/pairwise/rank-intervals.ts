import { criticalT } from "../numerics/distributions";
import type { Matrix } from "../numerics/matrix";
import type { Interval } from "../types";

/**
 * Ranks (1 = strongest) that each model may have: 1 plus the number of models that are stronger for certain, to the
 * number of models less those that are weaker for certain. "For certain" is by the interval of the two models'
 * difference, with Bonferroni's correction for one model's comparisons with all others, so that its rank lies within
 * the interval with probability `level` (Mohamad, Goeman and van Zwet, 2019, from pairwise differences).
 */
export function rankIntervals(
  strengths: ArrayLike<number>,
  covariance: Matrix,
  degreesOfFreedom: readonly number[],
  level: number,
): Interval[] {
  const models = strengths.length;
  const each = 1 - (1 - level) / Math.max(1, models - 1);
  const critical = new Map<number, number>();
  const halfWidth = (degrees: number): number => {
    const known = critical.get(degrees) ?? criticalT(each, degrees);
    critical.set(degrees, known);
    return known;
  };
  return Array.from({ length: models }, (_, model) => {
    let [stronger, weaker] = [0, 0];
    for (let other = 0; other < models; other++) {
      if (other === model) continue;
      const variance = covariance.at(model, model) + covariance.at(other, other) - 2 * covariance.at(model, other);
      const degrees = Math.min(degreesOfFreedom[model] ?? 1, degreesOfFreedom[other] ?? 1);
      const half = halfWidth(degrees) * Math.sqrt(Math.max(0, variance));
      const difference = (strengths[other] ?? 0) - (strengths[model] ?? 0);
      if (difference > half) stronger += 1;
      if (difference < -half) weaker += 1;
    }
    return { lower: 1 + stronger, upper: models - weaker };
  });
}
