import { plainCovariance } from "../clusters/many-clusters";
import { multiwayRobust } from "../clusters/multiway";
import { type FittedModel, groupByCluster, singleObservations } from "../clusters/observations";
import type { RobustCovariance } from "../clusters/one-way";
import { requireLevel, StatisticsError } from "../error";
import { criticalT } from "../numerics/distributions";
import { Matrix, sandwich } from "../numerics/matrix";
import type { Interval } from "../types";
import { hasTieParameter, layOutParameters, type ParameterLayout, votesOfPair } from "./comparison-model";
import { devianceOf, type LikelihoodFit, maximiseLikelihood } from "./maximise-likelihood";
import { rankIntervals } from "./rank-intervals";
import { looselyConnected, requireConnected } from "./require-connected";
import { type OrderedPair, type PairTally, type PooledTallies, poolTallies, type TieRule } from "./tallies";

export type StandardErrorKind = "hessian" | "sandwich" | "cluster";

export type BradleyTerryOptions = {
  /** Default: davidson. */
  ties?: TieRule;
  /** Estimate the advantage of being shown first; default: there is none. */
  firstSlot?: boolean;
  /** The model at log-strength 0; without it log-strengths sum to 0. */
  reference?: string;
  /** Default: cluster where a tally names its voter or prompt, else hessian. */
  standardErrors?: StandardErrorKind;
  level?: number;
};

export type BradleyTerryModel = {
  id: string;
  logStrength: number;
  standardError: number;
  interval: Interval;
  rank: Interval;
};

export type BradleyTerry = {
  models: BradleyTerryModel[];
  /** Of the log-strengths, in the order of `models`. */
  covariance: number[][];
  /** Log odds that the first slot adds. */
  firstSlot?: { logOdds: number; standardError: number };
  /** Davidson's ν: between equals a tie is ν times as likely as either win. Absent where no vote was a tie. */
  tie?: { nu: number; standardError: number };
  logLikelihood: number;
  deviance: number;
  residualDegreesOfFreedom: number;
  clusterCounts?: { voter: number; prompt: number };
  /** With standard errors by cluster: whether they reach beyond the voters who voted; under ten voters don't. */
  speaksOf?: "voters" | "these voters only";
};

/** One row per model and further parameter, as a combination of the fitted parameters. */
function contrastMatrix(layout: ParameterLayout, reference: number | null): Matrix {
  const { models, size } = layout;
  const contrasts = new Matrix(size + 1, size);
  for (let model = 0; model < models; model++) {
    if (model > 0) contrasts.set(model, model - 1, 1);
    for (let other = 1; other < models; other++) {
      if (reference === null) contrasts.add(model, other - 1, -1 / models);
      else if (other === reference) contrasts.add(model, other - 1, -1);
    }
  }
  for (let extra = models; extra <= size; extra++) contrasts.set(extra, extra - 1, 1);
  return contrasts;
}

function covarianceOf(kind: StandardErrorKind, pooled: PooledTallies, fit: LikelihoodFit, contrasts: Matrix) {
  const { inverseInformation, comparisons, parameters } = fit;
  const unlimited = Array.from({ length: contrasts.rows }, () => Number.POSITIVE_INFINITY);
  if (kind === "hessian") {
    return { covariance: sandwich(contrasts, inverseInformation), degreesOfFreedom: unlimited };
  }
  const { observations, voters, prompts } = pooled;
  const kinds = comparisons.flatMap((comparison) => votesOfPair(comparison, parameters));
  const model: FittedModel = { inverseInformation, kinds };
  if (kind === "cluster") return multiwayRobust(model, observations, [voters, prompts], contrasts);
  const groups = groupByCluster(observations, singleObservations(observations));
  return { covariance: plainCovariance(model, groups, contrasts), degreesOfFreedom: unlimited };
}

function fitOrExplain(pooled: PooledTallies, layout: ParameterLayout): LikelihoodFit {
  const fit = maximiseLikelihood(pooled.pairs, layout);
  if (fit) return fit;
  const withoutSlot = layOutParameters(layout.models, false, layout.tie !== null);
  if (layout.firstSlot !== null && maximiseLikelihood(pooled.pairs, withoutSlot)) {
    const message =
      "The votes can't tell the advantage of the first slot from the models' strengths; show pairs in both orders.";
    throw new StatisticsError("first_slot_not_identified", message);
  }
  const subjects = looselyConnected(pooled.models, pooled.pairs.map(withoutTies));
  const named = subjects.map((id) => `"${id}"`).join(", ");
  const message =
    `Without wins and losses that connect ${named || "all models"} with the others, strengths and the share of ties have ` +
    "no finite value that fits best; more votes are needed, or ties counted as half wins.";
  throw new StatisticsError("no_finite_fit", message, subjects);
}

function withoutTies(pair: OrderedPair): OrderedPair {
  return { ...pair, counts: [pair.counts[0], pair.counts[1], 0] };
}

/**
 * Strengths of models from paired comparisons by maximum likelihood: Bradley and Terry, Biometrika 39 (1952); with ties
 * Davidson, JASA 65 (1970); with an advantage of the first slot Davidson and Beaver, Biometrics 33 (1977). Log-strengths
 * are natural logarithms: the odds that one beats another are exp of their difference.
 *
 * Standard errors: from the information (hessian), from the spread of single votes (sandwich; White, Econometrica 50,
 * 1982), or robust to votes of a voter and on a prompt hanging together (cluster; see multiwayRobust). With clusters
 * intervals use t with degrees of freedom per model, else the normal distribution. A single voter's cluster error is
 * unknown: it is left out, and `speaksOf` says so. Ranks come with simultaneous intervals, see rankIntervals.
 *
 * The log-likelihood leaves out binomial coefficients. The deviance compares with a free probability per outcome of each
 * ordered pair (first, second), clusters pooled.
 *
 * @throws StatisticsError `empty_input`, `invalid_argument`, `unknown_model` (the reference), `models_not_connected`
 * (with the models as subjects), `first_slot_not_identified`, `no_finite_fit`
 */
export function bradleyTerry(tallies: readonly PairTally[], options: BradleyTerryOptions = {}): BradleyTerry {
  const { ties = "davidson", firstSlot = false, level = 0.95 } = options;
  requireLevel(level);
  const pooled = poolTallies(tallies, ties);
  const { models, pairs, voters, prompts } = pooled;
  const reference = options.reference === undefined ? null : models.indexOf(options.reference);
  if (reference === -1) {
    const message = `The reference "${options.reference}" is not among the compared models.`;
    throw new StatisticsError("unknown_model", message, [String(options.reference)]);
  }
  requireConnected(models, pairs);
  const layout = layOutParameters(models.length, firstSlot, hasTieParameter(ties, pairs));
  const fit = fitOrExplain(pooled, layout);

  const clustered = voters.count > 0 || prompts.count > 0;
  const kind = options.standardErrors ?? (clustered ? "cluster" : "hessian");
  const centred = contrastMatrix(layout, null);
  const centredErrors: RobustCovariance = covarianceOf(kind, pooled, fit, centred);
  const contrasts = reference === null ? centred : contrastMatrix(layout, reference);
  const errors = reference === null ? centredErrors : covarianceOf(kind, pooled, fit, contrasts);
  const values = contrasts.timesVector(fit.parameters);
  const ranks = rankIntervals(
    values.subarray(0, models.length),
    centredErrors.covariance,
    centredErrors.degreesOfFreedom,
    level,
  );
  const errorOf = (row: number) => Math.sqrt(Math.max(0, errors.covariance.at(row, row)));

  const result: BradleyTerry = {
    models: models.map((id, model) => {
      const logStrength = values[model] ?? 0;
      const standardError = errorOf(model);
      const half = criticalT(level, errors.degreesOfFreedom[model] ?? 1) * standardError;
      const interval = { lower: logStrength - half, upper: logStrength + half };
      return { id, logStrength, standardError, interval, rank: ranks[model] ?? { lower: 1, upper: models.length } };
    }),
    covariance: errors.covariance
      .toRows()
      .slice(0, models.length)
      .map((row) => row.slice(0, models.length)),
    logLikelihood: fit.logLikelihood,
    ...devianceOf(pairs, fit),
  };
  if (layout.firstSlot !== null) {
    const row = layout.firstSlot + 1;
    result.firstSlot = { logOdds: values[row] ?? 0, standardError: errorOf(row) };
  }
  if (layout.tie !== null) {
    const row = layout.tie + 1;
    const nu = Math.exp(values[row] ?? 0);
    result.tie = { nu, standardError: nu * errorOf(row) };
  }
  if (kind === "cluster") {
    result.clusterCounts = { voter: voters.count, prompt: prompts.count };
    const few = voters.count > 0 && voters.count < 10 && !voters.cluster.includes(-1);
    result.speaksOf = few ? "these voters only" : "voters";
  }
  return result;
}
