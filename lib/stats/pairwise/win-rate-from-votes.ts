import { multiwayRobust } from "../clusters/multiway";
import { type ClusterDimension, numberClusters, type ObservationKind } from "../clusters/observations";
import { requireCount, requireLevel, StatisticsError } from "../error";
import { criticalNormal, criticalT, inverseLogit, logit } from "../numerics/distributions";
import { identity, Matrix } from "../numerics/matrix";
import type { Estimate, Interval } from "../types";
import { independentInterval, type VoteCounts } from "./win-rate";

export type ScoredVote = { score: 0 | 0.5 | 1; voter?: string; prompt?: string; count?: number };

const SCORES = [0, 0.5, 1] as const;
/** With fewer votes than this unlike the most frequent one, their spread alone is not trusted. */
const SPARSE = 5;

function clusteredError(
  votes: readonly Required<Pick<ScoredVote, "score" | "count">>[],
  dimensions: ClusterDimension[],
  value: number,
  n: number,
) {
  const kinds = SCORES.map((score): ObservationKind => {
    return { parameters: [0], score: [score - value], information: [1] };
  });
  const observations = {
    kind: Int32Array.from(votes, (vote) => SCORES.indexOf(vote.score)),
    count: Float64Array.from(votes, (vote) => vote.count),
  };
  const inverseInformation = new Matrix(1, 1, Float64Array.of(1 / n));
  const robust = multiwayRobust({ inverseInformation, kinds }, observations, dimensions, identity(1));
  return { variance: robust.covariance.at(0, 0), degreesOfFreedom: robust.degreesOfFreedom[0] ?? 1 };
}

/** How many independent votes these are worth; if they are all equal, no more than there are clusters of any kind. */
function independentShare(
  counts: VoteCounts,
  value: number,
  variance: number,
  dimensions: readonly ClusterDimension[],
) {
  const n = counts.wins + counts.losses + counts.ties;
  const clusters = dimensions.filter((dimension) => dimension.count > 0 && !dimension.cluster.includes(-1));
  if (variance === 0) return Math.min(n, ...clusters.map((dimension) => dimension.count)) / n;
  const spread = counts.wins * (1 - value) ** 2 + counts.losses * value ** 2 + counts.ties * (0.5 - value) ** 2;
  return Math.min(1, spread / n ** 2 / variance);
}

function methodText(voters: number, prompts: number): string {
  const parts = ["t interval on the logit scale"];
  if (voters > 1 || prompts > 1) {
    const kinds = [voters > 1 ? `${voters} voters` : "", prompts > 1 ? `${prompts} prompts` : ""].filter(Boolean);
    parts.unshift(`cluster-robust by ${kinds.join(" and ")}`);
  } else parts.unshift("votes independent");
  if (voters === 1) parts.push("speaks of this one voter only: the error between voters is unknown");
  else if (voters > 0 && voters < 10) parts.push(`speaks of these ${voters} voters only`);
  if (prompts === 1) parts.push("speaks of this one prompt only");
  return parts.join(", ");
}

/**
 * Win rate, mean score of the votes (0 to 1), where votes by a voter or on a prompt are not independent: two-way
 * cluster-robust standard error with small-sample corrections (see multiwayRobust and clusterRobust), t interval on the
 * logit scale. A vote without voter (prompt) is the only one of its voter (prompt). One voter's votes say nothing about
 * the error between voters: the figure then speaks of this voter only, as the method says, and under ten of these only.
 * Where fewer than five votes differ from the others, the interval is widened to a score interval of as many independent
 * votes as these are worth.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`
 */
export function winRateFromVotes(votes: readonly ScoredVote[], level = 0.95): Estimate {
  requireLevel(level);
  const counts: VoteCounts = { wins: 0, losses: 0, ties: 0 };
  const counted = votes.map((vote) => {
    const { score, count = 1 } = vote;
    requireCount(count, "The count of a vote");
    if (!SCORES.includes(score)) {
      throw new StatisticsError("invalid_argument", `A vote's score is 0, 0.5 or 1, but one is ${score}.`);
    }
    counts[score === 1 ? "wins" : score === 0 ? "losses" : "ties"] += count;
    return { ...vote, count };
  });
  const n = counts.wins + counts.losses + counts.ties;
  if (n === 0) throw new StatisticsError("empty_input", "A win rate needs at least one vote.");
  const cast = counted.filter((vote) => vote.count > 0);
  const value = (counts.wins + counts.ties / 2) / n;
  const voters = numberClusters(cast.map((vote) => vote.voter));
  const prompts = numberClusters(cast.map((vote) => vote.prompt));
  const { variance, degreesOfFreedom } = clusteredError(cast, [voters, prompts], value, n);

  let interval: Interval = { lower: value, upper: value };
  let standardError = Math.sqrt(variance);
  if (variance > 0) {
    const spread = (criticalT(level, degreesOfFreedom) * standardError) / (value * (1 - value));
    interval = { lower: inverseLogit(logit(value) - spread), upper: inverseLogit(logit(value) + spread) };
  }
  if (n - Math.max(counts.wins, counts.losses, counts.ties) < SPARSE) {
    const share = independentShare(counts, value, variance, [voters, prompts]);
    const worth = { wins: counts.wins * share, losses: counts.losses * share, ties: counts.ties * share };
    const score = independentInterval(worth, value, level);
    interval = { lower: Math.min(interval.lower, score.lower), upper: Math.max(interval.upper, score.upper) };
    if (variance === 0) standardError = (score.upper - score.lower) / (2 * criticalNormal(level));
  }
  return { value, standardError, interval, level, n, method: methodText(voters.count, prompts.count) };
}
