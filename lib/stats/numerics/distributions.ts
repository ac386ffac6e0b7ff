import stdlibBetaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import stdlibNormalCdf from "@stdlib/stats-base-dists-normal-cdf";
import stdlibNormalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import stdlibTQuantile from "@stdlib/stats-base-dists-t-quantile";

export function normalCdf(value: number): number {
  return stdlibNormalCdf(value, 0, 1);
}

export function betaQuantile(probability: number, alpha: number, beta: number): number {
  return stdlibBetaQuantile(probability, alpha, beta);
}

/** Half-width, in standard errors, of a two-sided interval: 1.96 for level .95. */
export function criticalNormal(level: number): number {
  return stdlibNormalQuantile((1 + level) / 2, 0, 1);
}

/** As criticalNormal, by Student's t; infinite degrees of freedom give the normal value. */
export function criticalT(level: number, degreesOfFreedom: number): number {
  return Number.isFinite(degreesOfFreedom) ? stdlibTQuantile((1 + level) / 2, degreesOfFreedom) : criticalNormal(level);
}

export function logit(share: number): number {
  return Math.log(share) - Math.log1p(-share);
}

export function inverseLogit(value: number): number {
  return 1 / (1 + Math.exp(-value));
}
