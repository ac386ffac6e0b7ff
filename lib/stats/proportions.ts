import { requireCount, requireLevel, requireShare, StatisticsError } from "./error";
import { betaQuantile, criticalNormal } from "./numerics/distributions";
import type { Estimate, Interval } from "./types";

function requireTrials(successes: number, trials: number, level: number): void {
  requireLevel(level);
  requireCount(successes, "The number of successes");
  requireCount(trials, "The number of trials");
  if (trials === 0) throw new StatisticsError("empty_input", "A proportion needs at least one trial.");
  if (successes > trials) {
    throw new StatisticsError("invalid_argument", `There are more successes (${successes}) than trials (${trials}).`);
  }
}

/**
 * Interval of a proportion (0 to 1) by Wilson's score method without continuity correction: Wilson, JASA 22 (1927);
 * Newcombe, Statistics in Medicine 17 (1998), method 3.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`
 */
export function wilsonInterval(successes: number, trials: number, level = 0.95): Interval {
  requireTrials(successes, trials, level);
  const z = criticalNormal(level);
  const share = successes / trials;
  const spread = z * Math.sqrt(z * z + 4 * successes * (1 - share));
  const scale = 2 * (trials + z * z);
  return {
    lower: successes === 0 ? 0 : (2 * successes + z * z - spread) / scale,
    upper: successes === trials ? 1 : (2 * successes + z * z + spread) / scale,
  };
}

/**
 * A proportion (0 to 1) with Wilson's interval. Where all trials went alike, the standard error, of which the sample then says
 * nothing, is the one that the interval stands for.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`
 */
export function proportion(successes: number, trials: number, level = 0.95): Estimate {
  const interval = wilsonInterval(successes, trials, level);
  const value = successes / trials;
  const implied = (interval.upper - interval.lower) / (2 * criticalNormal(level));
  const standardError = Math.sqrt((value * (1 - value)) / trials) || implied;
  return { value, standardError, interval, level, n: trials, method: "proportion, Wilson's interval" };
}

/**
 * Exact interval of a proportion (0 to 1), which covers at least `level` of the time whatever the proportion:
 * Clopper and Pearson, Biometrika 26 (1934), through quantiles of the beta distribution.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`
 */
export function clopperPearsonInterval(successes: number, trials: number, level = 0.95): Interval {
  requireTrials(successes, trials, level);
  const tail = (1 - level) / 2;
  const failures = trials - successes;
  return {
    lower: successes === 0 ? 0 : betaQuantile(tail, successes, failures + 1),
    upper: failures === 0 ? 1 : betaQuantile(1 - tail, successes + 1, failures),
  };
}

/**
 * Precision (positive predictive value, 0 to 1) that a test of known sensitivity and specificity has at a prevalence,
 * by Bayes' theorem.
 *
 * @throws StatisticsError `invalid_argument`; `no_variation` when such a test never answers positive there
 */
export function precisionAtPrevalence(sensitivity: number, specificity: number, prevalence: number): number {
  requireShare(sensitivity, "Sensitivity");
  requireShare(specificity, "Specificity");
  requireShare(prevalence, "Prevalence");
  const truePositive = sensitivity * prevalence;
  const positive = truePositive + (1 - specificity) * (1 - prevalence);
  if (positive === 0) {
    throw new StatisticsError(
      "no_variation",
      "At these values nothing is ever called positive, so precision has no value.",
    );
  }
  return truePositive / positive;
}
