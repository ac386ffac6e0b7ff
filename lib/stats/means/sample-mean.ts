import { requireFinite, requireLevel } from "../error";
import { criticalT } from "../numerics/distributions";
import type { Estimate } from "../types";

/**
 * Mean of a random sample with its t interval (Student, Biometrika 6, 1908), in the unit of the values. `least`: what no value
 * can be below, and so neither can the interval. Null with fewer than two values, or where all are equal: then nothing
 * tells how far others spread.
 *
 * @throws StatisticsError `invalid_argument`
 */
export function sampleMean(
  values: readonly number[],
  options: { level?: number; least?: number } = {},
): Estimate | null {
  const { level = 0.95, least = Number.NEGATIVE_INFINITY } = options;
  requireLevel(level);
  for (const value of values) requireFinite(value, "A value");
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (n < 2 || squares === 0) return null;
  const standardError = Math.sqrt(squares / (n - 1) / n);
  const half = criticalT(level, n - 1) * standardError;
  const interval = { lower: Math.max(least, mean - half), upper: mean + half };
  return { value: mean, standardError, interval, level, n, method: "mean, t interval" };
}
