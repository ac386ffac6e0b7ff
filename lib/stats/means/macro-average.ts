import { requireFinite, requireLevel, StatisticsError } from "../error";
import { criticalNormal } from "../numerics/distributions";
import type { Estimate } from "../types";

/** A part's standard error; one of 0 beside an interval with a width (no error seen) is taken from the interval. */
function errorOf({ standardError, interval, level }: Estimate): number {
  if (standardError > 0) return standardError;
  return Math.max(0, interval.upper - interval.lower) / (2 * criticalNormal(level));
}

/**
 * Average of independent figures, such as accuracies on several benchmarks, in their unit: sum of weight times value, and
 * standard error the root of the sum of (weight times standard error)², for weights that sum to 1 (default: all equal;
 * Cochran, Sampling Techniques 1977, equation 5.7). Normal interval. `n` is the sum of the parts' n. The average speaks of
 * these parts, not of others that could have been chosen.
 *
 * @throws StatisticsError `empty_input`, `invalid_argument`
 */
export function macroAverage(parts: readonly Estimate[], weights?: readonly number[], level = 0.95): Estimate {
  requireLevel(level);
  if (parts.length === 0) throw new StatisticsError("empty_input", "An average needs at least one figure.");
  if (weights && weights.length !== parts.length) {
    throw new StatisticsError("invalid_argument", `There are ${parts.length} figures but ${weights.length} weights.`);
  }
  for (const weight of weights ?? []) {
    requireFinite(weight, "A weight");
    if (weight < 0) throw new StatisticsError("invalid_argument", "Weights must not be negative.");
  }
  const total = weights ? weights.reduce((sum, weight) => sum + weight, 0) : parts.length;
  if (total === 0) throw new StatisticsError("invalid_argument", "At least one weight must be above 0.");
  let [value, variance, n] = [0, 0, 0];
  parts.forEach((part, i) => {
    requireFinite(part.value, "A figure");
    requireFinite(part.standardError, "A standard error");
    const share = (weights?.[i] ?? (weights ? 0 : 1)) / total;
    value += share * part.value;
    variance += (share * errorOf(part)) ** 2;
    n += part.n;
  });
  const standardError = Math.sqrt(variance);
  const half = criticalNormal(level) * standardError;
  const interval = { lower: value - half, upper: value + half };
  const method = `average of ${parts.length} independent figures, normal interval`;
  return { value, standardError, interval, level, n, method };
}
