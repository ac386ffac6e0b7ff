import { requireCount, requireFinite, requireLevel, StatisticsError } from "../error";
import { criticalNormal, criticalT } from "../numerics/distributions";
import { type FirstSample, type Phases, readPhases } from "../sampling/phases";
import { firstPhaseVariance, type RatioCell, type RatioStratum } from "../sampling/ratio";
import { scoreInterval } from "../sampling/score-interval";
import { readStrata, requireSampled, type Stratum } from "../sampling/strata";
import type { Estimate } from "../types";

/** An item that a person judged, with what the machine predicted for it; `count`: so many are alike. */
export type LabeledItem = { truth: number; prediction: number; stratum?: string; count?: number };

/** Predictions for a stratum's other items: how many, their mean, and their sample variance. */
export type PredictionSummary = { stratum: string; count: number; mean: number; variance: number };

export type PpiOptions = {
  level?: number;
  /** How far predictions are trusted: 0 not at all, 1 as in plain prediction-powered inference. Default: tuned. */
  lambda?: number | "tuned";
  strata?: Stratum[];
  phaseOne?: FirstSample;
};

/** With fewer labelled items than this of a kind (truth less prediction), their spread is not trusted. */
const SPARSE = 5;
/** Up to this many different values, truth less prediction comes in kinds. */
const KINDS = 6;
const ONLY_STRATUM = "all";

type Moments = { n: number; mean: number; variance: number };
type CountedItem = LabeledItem & { count: number };
type PpiStratum = { share: number; group: number; labeled: CountedItem[]; predicted: Moments };

const countOf = (items: readonly CountedItem[]) => items.reduce((sum, item) => sum + item.count, 0);

function momentsOf(items: readonly CountedItem[], of: (item: CountedItem) => number): Moments {
  const n = countOf(items);
  const mean = items.reduce((sum, item) => sum + item.count * of(item), 0) / n;
  const squares = items.reduce((sum, item) => sum + item.count * (of(item) - mean) ** 2, 0);
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0 };
}

function isSummary(predictions: readonly number[] | readonly PredictionSummary[]): predictions is PredictionSummary[] {
  return predictions.some((each) => typeof each !== "number");
}

function summarise(predictions: readonly number[] | readonly PredictionSummary[]): PredictionSummary[] {
  if (isSummary(predictions)) {
    for (const { stratum, count, mean, variance } of predictions) {
      requireCount(count, `The number of predictions in stratum "${stratum}"`);
      requireFinite(mean, `The mean prediction in stratum "${stratum}"`);
      if (!(variance >= 0 && Number.isFinite(variance))) {
        throw new StatisticsError(
          "invalid_argument",
          `The variance of predictions in stratum "${stratum}" is ${variance}.`,
        );
      }
    }
    return [...predictions];
  }
  const values = predictions.filter((value) => typeof value === "number");
  for (const value of values) requireFinite(value, "A prediction");
  const items = values.map((prediction) => ({ truth: 0, prediction, count: 1 }));
  const { n, mean, variance } = momentsOf(items, (item) => item.prediction);
  return n === 0 ? [] : [{ stratum: ONLY_STRATUM, count: n, mean, variance }];
}

function readPpi(
  labeled: readonly LabeledItem[],
  summaries: PredictionSummary[],
  { strata, phaseOne }: PpiOptions,
): { strata: PpiStratum[]; phases: Phases } {
  for (const { truth, prediction, count = 1 } of labeled) {
    requireCount(count, "The number of labelled items that are alike");
    requireFinite(truth, "A label");
    requireFinite(prediction, "A prediction");
  }
  const single = summaries.every((summary) => summary.stratum === ONLY_STRATUM);
  if (strata && single && summaries.length > 0 && !strata.some(({ id }) => id === ONLY_STRATUM)) {
    throw new StatisticsError(
      "invalid_argument",
      "With strata, predictions must be given by stratum: count, mean, variance.",
    );
  }
  const listed: Stratum[] = strata ?? summaries.map(({ stratum, count }) => ({ id: stratum, weight: count }));
  const known = new Set(listed.map((stratum) => stratum.id));
  const stratumOf = (item: LabeledItem) => (single && !strata ? ONLY_STRATUM : (item.stratum ?? ""));
  for (const id of [...labeled.map(stratumOf), ...summaries.map((summary) => summary.stratum)]) {
    if (known.has(id)) continue;
    throw new StatisticsError("unknown_stratum", `An item belongs to stratum "${id}", which is not listed.`, [id]);
  }
  const phases = readPhases(phaseOne, listed, labeled);
  const read = readStrata(listed).map((listedStratum) => {
    const { id, share } = listedStratum;
    const own = labeled.flatMap((item) => {
      const { count = 1 } = item;
      return stratumOf(item) === id && count > 0 ? [{ ...item, count }] : [];
    });
    const judged = countOf(own);
    const [summary, second] = summaries.filter((each) => each.stratum === id);
    if (second) throw new StatisticsError("duplicate_stratum", `Stratum "${id}" has predictions twice.`, [id]);
    if (!summary || summary.count === 0) {
      throw new StatisticsError("stratum_without_items", `Stratum "${id}" has weight but no predictions.`, [id]);
    }
    if (judged === 0) {
      throw new StatisticsError("stratum_without_items", `Stratum "${id}" has 0 labelled items.`, [id]);
    }
    requireSampled(listedStratum, judged);
    const predicted = { n: summary.count, mean: summary.mean, variance: summary.variance };
    return { share, group: phases.groupOf(listedStratum), labeled: own, predicted };
  });
  return { strata: read, phases };
}

/** The λ of least variance, between 0 and 1. */
function tune(strata: readonly PpiStratum[]): number {
  let [gain, cost] = [0, 0];
  for (const { share, labeled, predicted } of strata) {
    // One item tells nothing of how labels and predictions go together.
    if (countOf(labeled) < 2) continue;
    const [truth, prediction] = [momentsOf(labeled, (i) => i.truth), momentsOf(labeled, (i) => i.prediction)];
    const { n } = truth;
    const products = labeled.map(
      (item) => item.count * (item.truth - truth.mean) * (item.prediction - prediction.mean),
    );
    const covariance = products.reduce((sum, product) => sum + product, 0) / (n - 1);
    // all predictions tell of their spread, those of labelled items too
    const pooled =
      ((n - 1) * prediction.variance + (predicted.n - 1) * predicted.variance) / Math.max(1, n + predicted.n - 2);
    gain += (share ** 2 * covariance) / n;
    cost += share ** 2 * pooled * (1 / n + 1 / predicted.n);
  }
  return cost > 0 ? Math.min(1, Math.max(0, gain / cost)) : 0;
}

/** Cells of truth less λ · prediction, with what it may be for items that were not seen, if nearly all are alike. */
function rectifierCells(strata: readonly PpiStratum[], lambda: number): { strata: RatioStratum[]; sparse: boolean } {
  const items = strata.flatMap((stratum) => stratum.labeled);
  const range = (values: readonly number[]) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return low < high ? [low, high] : [Math.min(low, 0), Math.max(high, low === 0 ? 1 : 0)];
  };
  const truths = range(items.map((item) => item.truth));
  const predictions = range(items.map((item) => item.prediction));
  const possible = truths.flatMap((truth) => predictions.map((prediction) => truth - lambda * prediction));
  let sparse = false;
  const cells = strata.map(({ share, labeled }): RatioStratum => {
    const counts = new Map<number, number>();
    for (const { truth, prediction, count } of labeled) {
      const value = truth - lambda * prediction;
      counts.set(value, (counts.get(value) ?? 0) + count);
    }
    const rarest = counts.size <= KINDS ? Math.min(...counts.values()) : SPARSE;
    if (Math.min(rarest, countOf(labeled) - Math.max(...counts.values())) < SPARSE) sparse = true;
    const seen = [...counts].map(([numerator, count]): RatioCell => ({ numerator, denominator: 1, count }));
    const unseen = possible.map((numerator): RatioCell => ({ numerator, denominator: 1, count: 0 }));
    return { share, unsampled: 1, cells: [...seen, ...unseen] };
  });
  return { strata: cells, sparse };
}

/**
 * Mean of what people would judge (in the unit of the labels), from few labels and many predictions: λ times the mean
 * prediction plus the mean of truth less λ · prediction over labelled items, which are a random sample of their stratum
 * (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic, Science 382, 2023; λ tuned for least variance, clipped to 0 to 1:
 * Angelopoulos, Duchi and Zrnic, PPI++, 2023, equation 13; by strata: Fisch et al., 2024, with one λ for all). Variance by
 * strata from both samples; t interval with Satterthwaite's degrees of freedom, one less for a tuned λ, as for a slope that
 * the sample gave (Cochran 1977, section 7.4); where a stratum has fewer than five labels of a kind, the interval of truth
 * less prediction is a score interval.
 *
 * With `phaseOne`, whose items are all predicted, the weights were estimated from that sample, and the variance of the
 * strata's means over it is added (Cochran 1977, equation 12.32).
 *
 * Without `strata`, a stratum's weight is its number of predictions. A stratum's `populationSize` or `available` only says
 * whether a single labelled item is all that can be judged in it. `n` counts labelled items.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`, `duplicate_stratum`, `unknown_stratum`,
 * `stratum_without_items`, `stratum_with_one_item`
 */
export function ppiMean(
  labeled: readonly LabeledItem[],
  unlabeled: readonly number[] | readonly PredictionSummary[],
  options: PpiOptions = {},
): Estimate & { lambda: number } {
  const level = options.level ?? 0.95;
  requireLevel(level);
  const summaries = summarise(unlabeled);
  if (summaries.length === 0)
    throw new StatisticsError("empty_input", "There must be predictions for unlabelled items.");
  const { strata, phases } = readPpi(labeled, summaries, options);
  const chosen = options.lambda ?? "tuned";
  if (chosen !== "tuned") requireFinite(chosen, "Lambda");
  const lambda = chosen === "tuned" ? tune(strata) : chosen;

  const rectifiers = strata.map(({ labeled: own }) => momentsOf(own, (item) => item.truth - lambda * item.prediction));
  const rectified = strata.reduce((sum, { share }, index) => sum + share * (rectifiers[index]?.mean ?? 0), 0);
  let [value, variance, uncertainty, predicted] = [0, 0, 0, 0];
  const means: { share: number; group: number; mean: number }[] = [];
  for (const [index, { share, group, predicted: machine }] of strata.entries()) {
    const rectifier = rectifiers[index] ?? { n: 1, mean: 0, variance: 0 };
    // The spread of a single item is how far it lies from the mean of all, as in linearisedRatio.
    const spread = rectifier.n > 1 ? rectifier.variance : (rectifier.mean - rectified) ** 2;
    const parts = [
      { variance: (share * lambda) ** 2 * (machine.variance / machine.n), freedom: machine.n - 1 },
      { variance: share ** 2 * (spread / rectifier.n), freedom: Math.max(1, rectifier.n - 1) },
    ];
    const mean = lambda * machine.mean + rectifier.mean;
    means.push({ share, group, mean });
    value += share * mean;
    predicted += parts[0]?.variance ?? 0;
    for (const part of parts) {
      variance += part.variance;
      if (part.freedom > 0) uncertainty += part.variance ** 2 / part.freedom;
    }
  }
  const between = phases.firstPhase ? firstPhaseVariance(phases.firstPhase, means, 1) : 0;
  variance += between;
  predicted += between;
  const n = labeled.reduce((sum, { count = 1 }) => sum + count, 0);
  const degreesOfFreedom = uncertainty > 0 ? variance ** 2 / uncertainty : Number.POSITIVE_INFINITY;
  const { strata: cells, sparse } = rectifierCells(strata, lambda);
  let standardError = Math.sqrt(variance);
  // As a regression's slope, a λ that the labels chose fits them better than it fits others: it takes a degree of freedom.
  const freedom = rectifiers.reduce((sum, rectifier) => sum + rectifier.n - 1, 0);
  const lost = chosen === "tuned" && lambda > 0 && freedom > 1 ? 1 : 0;
  const widened = Math.sqrt(predicted + (lost ? freedom / (freedom - lost) : 1) * (variance - predicted));
  const half = criticalT(level, Math.max(1, degreesOfFreedom - lost)) * widened;
  if (!sparse) {
    const method = "prediction-powered mean, t interval";
    return { value, standardError, interval: { lower: value - half, upper: value + half }, level, n, method, lambda };
  }
  const values = cells.flatMap((stratum) => stratum.cells.map((cell) => cell.numerator));
  const range = { lower: Math.min(...values), upper: Math.max(...values) };
  const score = scoreInterval(cells, rectified, { level, range });
  const machineHalf = criticalNormal(level) * Math.sqrt(predicted);
  const interval = {
    lower: value - Math.max(half, Math.hypot(machineHalf, rectified - score.lower)),
    upper: value + Math.max(half, Math.hypot(machineHalf, score.upper - rectified)),
  };
  if (variance === predicted) standardError = (interval.upper - interval.lower) / (2 * criticalNormal(level));
  const method = "prediction-powered mean, score interval for few errors";
  return { value, standardError, interval, level, n, method, lambda };
}
