import { criticalNormal } from "../numerics/distributions";
import { findRoot } from "../numerics/find-root";
import type { Interval } from "../types";
import { centralMoments, type StratumValues, type TiltedStratum, tiltStratum } from "./constrained-stratum";
import { type FirstPhase, firstPhaseVariance, type RatioCell, type RatioStratum, sampleSize } from "./ratio";

type ScoreOptions = {
  level: number;
  /** Smallest and largest value that the ratio can have. */
  range: Interval;
  firstPhase?: FirstPhase | undefined;
  /** Without the guard a single proportion gets exactly Wilson's interval, whose tails are uneven for rare kinds. */
  guardTails?: boolean;
};

/** Beyond this many standard errors all hypotheses are equally untenable. */
const FAR = 60;

type ScoreStratum = StratumValues & {
  share: number;
  group: number;
  information: number;
  skewness: number;
  cells: RatioCell[];
};

function scoreStratum(stratum: RatioStratum): ScoreStratum {
  const size = sampleSize(stratum);
  const { unsampled } = stratum;
  return {
    share: stratum.share,
    group: stratum.group ?? 0,
    // as many items as an infinite stratum would need to be known equally well
    information: unsampled > 0 ? size / unsampled : Number.POSITIVE_INFINITY,
    // third moment of a mean of items drawn without replacement, against that of `information` independent items
    skewness: unsampled > 0 ? (2 * unsampled - 1) / unsampled : 0,
    cells: [...stratum.cells],
    values: new Float64Array(stratum.cells.length),
    shares: Float64Array.from(stratum.cells, (cell) => cell.count / size),
  };
}

/** How far the largest or smallest mean that the strata's values allow lies from 0. */
function extremeMean(strata: readonly ScoreStratum[], side: 1 | -1): number {
  return strata.reduce((sum, stratum) => {
    let extreme = Number.NEGATIVE_INFINITY;
    if (Number.isFinite(stratum.information)) {
      for (const value of stratum.values) extreme = Math.max(extreme, side * value);
    } else {
      extreme = side * tiltStratum(stratum, 0).mean;
    }
    return sum + stratum.share * extreme;
  }, 0);
}

function tiltAll(strata: readonly ScoreStratum[], multiplier: number) {
  let [mean, slope] = [0, 0];
  const tilted = strata.map((stratum) => {
    const { share, information } = stratum;
    const own = tiltStratum(stratum, (multiplier * share) / information);
    mean += share * own.mean;
    slope += (share ** 2 / information) * own.slope;
    return own;
  });
  return { mean, slope, tilted };
}

/**
 * The most likely distribution with mean 0, by Newton's method inside a bracket on the multiplier of the constraint. Where
 * a step does not halve the rest, the next one halves the bracket: Newton alone can go to and fro between its ends.
 */
function constrain(strata: readonly ScoreStratum[], observed: number): TiltedStratum[] {
  const side = Math.sign(observed);
  let [near, far] = [0, Number.POSITIVE_INFINITY];
  let state = tiltAll(strata, 0);
  let multiplier = Math.min(...strata.map((stratum) => stratum.information)) * 1e-3;
  if (state.slope < 0) multiplier = Math.abs(observed / state.slope);
  let lastRest = Number.POSITIVE_INFINITY;
  for (let step = 0; step < 200; step++) {
    state = tiltAll(strata, side * multiplier);
    const rest = side * state.mean;
    const closed = Number.isFinite(far) && far - near <= 1e-14 * far;
    if (Math.abs(rest) <= 1e-9 * Math.abs(observed) || closed) break;
    if (rest > 0) near = multiplier;
    else far = multiplier;
    const newton = multiplier - rest / state.slope;
    const halved = Math.abs(rest) <= lastRest / 2;
    lastRest = Math.abs(rest);
    if (halved && newton > near && newton < far) multiplier = newton;
    else multiplier = Number.isFinite(far) ? (near + far) / 2 : multiplier * 4;
  }
  return state.tilted;
}

/** Second and third central moment of the estimate of the mean, under a distribution in every stratum. */
function estimateMoments(strata: readonly ScoreStratum[], tilted: readonly TiltedStratum[], firstPhase?: FirstPhase) {
  let [variance, thirdMoment] = [0, 0];
  const means = strata.map(({ share, group }, index) => ({ share, group, mean: tilted[index]?.mean ?? 0 }));
  if (firstPhase) variance += firstPhaseVariance(firstPhase, means, 0);
  strata.forEach((stratum, index) => {
    const { share, information, skewness } = stratum;
    const own = tilted[index];
    if (!own) return;
    if (!Number.isFinite(information)) return;
    const moments = centralMoments(stratum, own);
    variance += (share ** 2 / information) * moments.variance;
    thirdMoment += (share ** 3 / information ** 2) * moments.thirdMoment * skewness;
  });
  return { variance, thirdMoment };
}

/** Standardised distance between the sample and the hypothesis that the ratio is `ratio`, positive below the estimate. */
function scoreStatistic(strata: readonly ScoreStratum[], ratio: number, options: ScoreOptions): number {
  let observed = 0;
  for (const stratum of strata) {
    let mean = 0;
    stratum.cells.forEach((cell, index) => {
      const value = cell.numerator - ratio * cell.denominator;
      stratum.values[index] = value;
      mean += value * (stratum.shares[index] ?? 0);
    });
    observed += stratum.share * mean;
  }
  if (Math.abs(observed) < 1e-14) return 0;
  const side = observed > 0 ? 1 : -1;
  if (extremeMean(strata, side > 0 ? -1 : 1) <= 0) return side * FAR;
  const { variance, thirdMoment } = estimateMoments(strata, constrain(strata, observed), options.firstPhase);
  if (!(variance > 0)) return side * FAR;
  const plain = observed / Math.sqrt(variance);
  if (options.guardTails === false) return clamp(plain);
  const corrected = withoutSkewness(plain, thirdMoment / variance ** 1.5);
  return clamp(side > 0 ? Math.min(plain, corrected) : Math.max(plain, corrected));
}

/** Cornish–Fisher: statistic = z + skewness/6 · (z² − 1), solved for z. */
function withoutSkewness(statistic: number, skewness: number): number {
  const bend = skewness / 6;
  const discriminant = 1 + 4 * bend * (statistic + bend);
  if (Math.abs(bend) < 1e-9 || discriminant < 0) return statistic;
  return (Math.sqrt(discriminant) - 1) / (2 * bend);
}

function clamp(statistic: number): number {
  return Math.max(-FAR, Math.min(FAR, statistic));
}

/**
 * Interval of a ratio by inverting a score test: all values that the sample does not contradict, where the standard
 * error is that of the most likely population in which the hypothesis holds. It has a width even where no error was
 * seen, stays within the range, and for one proportion is Wilson's. Stratified score intervals: Miettinen and Nurminen,
 * Statistics in Medicine 4 (1985); skewness correction: Gart and Nam, Biometrics 44 (1988), Laud, Pharmaceutical
 * Statistics 16 (2017). Each limit is the more cautious of the corrected and the plain one: in simulated
 * studies either alone covered only 91 %, the plain one with half an item of a rare kind expected in the sample, the
 * corrected one with three.
 */
export function scoreInterval(strata: readonly RatioStratum[], value: number, options: ScoreOptions): Interval {
  const prepared = strata.map(scoreStratum);
  const z = criticalNormal(options.level);
  const { range } = options;
  const tolerance = 1e-8 * (range.upper - range.lower);
  const limit = (bound: number, target: number): number => {
    const excess = (ratio: number) => scoreStatistic(prepared, ratio, options) - target;
    if (Math.abs(value - bound) <= tolerance || excess(bound) * Math.sign(target) <= 0) return bound;
    if (excess(value) * Math.sign(target) >= 0) return value;
    return findRoot(excess, bound, value, tolerance);
  };
  return { lower: limit(range.lower, z), upper: limit(range.upper, -z) };
}
