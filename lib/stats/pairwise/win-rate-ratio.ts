import { multiwayRobust } from "../clusters/multiway";
import { numberClusters, type ObservationKind } from "../clusters/observations";
import { requireLevel, StatisticsError } from "../error";
import { criticalT } from "../numerics/distributions";
import { Matrix } from "../numerics/matrix";
import type { Estimate, Interval } from "../types";
import { type PairTally, requireTally } from "./tallies";
import { type ScoredVote, winRateFromVotes } from "./win-rate-from-votes";

/** With fewer wins (or ties) than this on either side, the logarithm of a win rate is too far from normal. */
const SPARSE = 5;

const SCORES = [0, 0.5, 1] as const;
type CountedVote = ScoredVote & { count: number };

function onlyOne(ids: ReadonlySet<string>): string | undefined {
  return ids.size === 1 ? [...ids][0] : undefined;
}

function modelsIn(tallies: readonly PairTally[]): Set<string> {
  return new Set(tallies.flatMap(({ first, second }) => [first, second]));
}

/**
 * Whose wins count: the model that meets the opponent that both sides share, in either slot; where they share none or
 * both, the one that is always first.
 */
function contestantOf(tallies: readonly PairTally[], others: readonly PairTally[], side: string): string {
  const models = modelsIn(tallies);
  const shared = [...models].filter((id) => modelsIn(others).has(id));
  const facing = shared.length === 1 ? new Set([...models].filter((id) => id !== shared[0])) : new Set<string>();
  const contestant = onlyOne(facing) ?? onlyOne(new Set(tallies.map((tally) => tally.first)));
  if (models.size !== 2 || contestant === undefined) {
    throw new StatisticsError(
      "invalid_argument",
      `It is not clear whose wins count in the ${side}: use one pair of models, and either an opponent that is the same ` +
        "on both sides or the same model first in every tally.",
      [...models],
    );
  }
  return contestant;
}

function votesOf(tallies: readonly PairTally[], contestant: string): CountedVote[] {
  return tallies.flatMap((tally) => {
    const isFirst = tally.first === contestant;
    const [wins, losses] = isFirst ? [tally.firstWins, tally.secondWins] : [tally.secondWins, tally.firstWins];
    const counts: [0 | 0.5 | 1, number][] = [
      [1, wins],
      [0, losses],
      [0.5, tally.ties ?? 0],
    ];
    return counts.filter(([, count]) => count > 0).map(([score, count]) => ({ score, count, ...tally.clusters }));
  });
}

function total(votes: readonly CountedVote[], of: (vote: CountedVote) => number): number {
  return votes.reduce((sum, vote) => sum + vote.count * of(vote), 0);
}

/** Standard error of the difference of the logarithms of both win rates, whose votes may share voters and prompts. */
function logError(above: readonly CountedVote[], below: readonly CountedVote[], rates: readonly [number, number]) {
  const sizes = [total(above, () => 1), total(below, () => 1)] as const;
  const kinds = ([0, 1] as const).flatMap((side) =>
    SCORES.map((score): ObservationKind => {
      return { parameters: [side], score: [score - rates[side]], information: [1] };
    }),
  );
  const votes = [...above, ...below];
  const observations = {
    kind: Int32Array.from(votes, (vote, i) => SCORES.indexOf(vote.score) + (i < above.length ? 0 : SCORES.length)),
    count: Float64Array.from(votes, (vote) => vote.count),
  };
  const dimensions = [
    numberClusters(votes.map((vote) => vote.voter)),
    numberClusters(votes.map((vote) => vote.prompt)),
  ];
  if (dimensions.every((dimension) => dimension.count === 0)) {
    const parts = [above, below].map((side, i) => {
      const rate = i === 0 ? rates[0] : rates[1];
      return total(side, (vote) => (vote.score - rate) ** 2) / (total(side, () => 1) * rate) ** 2;
    });
    const variance = parts.reduce((sum, part) => sum + part, 0);
    return { standardError: Math.sqrt(variance), degreesOfFreedom: Number.POSITIVE_INFINITY };
  }
  const inverseInformation = new Matrix(2, 2, Float64Array.of(1 / sizes[0], 0, 0, 1 / sizes[1]));
  const contrast = new Matrix(1, 2, Float64Array.of(1 / rates[0], -1 / rates[1]));
  const robust = multiwayRobust({ inverseInformation, kinds }, observations, dimensions, contrast);
  return { standardError: Math.sqrt(robust.covariance.at(0, 0)), degreesOfFreedom: robust.degreesOfFreedom[0] ?? 1 };
}

/** Limits of a ratio from those of its parts (MOVER-R: Donner and Zou, Statistical Methods in Medical Research 21, 2012). */
function ratioFromIntervals(above: Estimate, below: Estimate): Interval {
  const product = above.value * below.value;
  const limit = (top: number, bottom: number, side: 1 | -1) => {
    const scale = bottom * (2 * below.value - bottom);
    const root = Math.sqrt(Math.max(0, product ** 2 - top * (2 * above.value - top) * scale));
    return scale > 0 ? Math.max(0, (product + side * root) / scale) : Number.POSITIVE_INFINITY;
  };
  return {
    lower: limit(above.interval.lower, below.interval.upper, -1),
    upper: limit(above.interval.upper, below.interval.lower, 1),
  };
}

/**
 * How many times as often one wins as another against the same opponent: ratio (0 and up) of two win rates, (wins +
 * ties/2) / votes. Interval on the logarithmic scale by the delta method (Katz et al., Biometrics 34, 1978), for
 * votes that name voters or prompts with errors robust to these hanging together, also across both sides (see
 * multiwayRobust); where either
 * has fewer than five wins and ties, widened to that from both win rates' own intervals (Donner and Zou 2012).
 *
 * Whose win rate: that of the model that faces the opponent both sides have in common, in whichever slot; where that is
 * not unique, that of the model which is first in every tally.
 *
 * @throws StatisticsError `empty_input`, `invalid_argument`; `no_finite_fit` when the denominator never won or tied, or so
 * seldom that the ratio has no upper limit
 */
export function winRateRatio(
  numerator: readonly PairTally[],
  denominator: readonly PairTally[],
  level = 0.95,
): Estimate {
  requireLevel(level);
  for (const tally of [...numerator, ...denominator]) requireTally(tally);
  const above = votesOf(numerator, contestantOf(numerator, denominator, "numerator"));
  const base = contestantOf(denominator, numerator, "denominator");
  const below = votesOf(denominator, base);
  const [top, bottom] = [winRateFromVotes(above, level), winRateFromVotes(below, level)];
  const unbounded = () => {
    const message = `"${base}" won too seldom for a ratio: the votes allow any number of times. More votes are needed.`;
    throw new StatisticsError("no_finite_fit", message, [base]);
  };
  if (bottom.value === 0) unbounded();
  const value = top.value / bottom.value;
  const n = top.n + bottom.n;
  const scored = (votes: readonly CountedVote[]) => total(votes, (vote) => (vote.score > 0 ? 1 : 0));
  const sparse = Math.min(scored(above), scored(below)) < SPARSE;
  let method = "ratio of win rates, interval on the log scale";
  let [standardError, interval]: [number, Interval | null] = [0, null];
  if (top.value > 0) {
    const error = logError(above, below, [top.value, bottom.value]);
    const factor = Math.exp(criticalT(level, error.degreesOfFreedom) * error.standardError);
    standardError = value * error.standardError;
    if (standardError > 0) interval = { lower: value / factor, upper: value * factor };
  }
  if (sparse || !interval) {
    method += ", widened for few wins";
    const wide = ratioFromIntervals(top, bottom);
    if (!Number.isFinite(wide.upper)) unbounded();
    interval = {
      lower: Math.min(wide.lower, interval?.lower ?? value),
      upper: Math.max(wide.upper, interval?.upper ?? value),
    };
    standardError ||= (interval.upper - interval.lower) / (2 * criticalT(level, Number.POSITIVE_INFINITY));
  }
  return { value, standardError, interval, level, n, method };
}
