import type { VoteTally } from "@/lib/platform/database/generated/client";
import { bradleyTerry, type PairTally, type ScoredVote, StatisticsError, winRateFromVotes } from "@/lib/stats";
import type { LeaderboardView } from "./schema";

export type Entry = {
  answerSetId: string;
  checkpointId: string | null;
  name: string;
  mixed: LeaderboardView["contestants"][number]["mixed"];
  meanWords: number | null;
};

type Tally = Omit<VoteTally, "comparisonId">;
export type Fit = Omit<LeaderboardView, "comparisonId" | "votesCast" | "outdated">;

/**
 * The leaderboard of a comparison from its tallies: win rates and Bradley–Terry with Davidson's ties, clustered by voter
 * and prompt (lib/stats), the effect of being shown first, and the head-to-head counts. Pure.
 */
export function computeLeaderboard(entries: readonly Entry[], tallies: readonly Tally[], bothBadAsTie: boolean): Fit {
  const votes = tallies.map((tally) => ({ ...tally, ties: tally.ties + (bothBadAsTie ? tally.bothBad : 0) }));
  const pairTallies = votes
    .filter((tally) => tally.firstWins + tally.secondWins + tally.ties > 0)
    .map(
      (tally): PairTally => ({
        first: tally.firstAnswerSetId,
        second: tally.secondAnswerSetId,
        firstWins: tally.firstWins,
        secondWins: tally.secondWins,
        ties: tally.ties,
        clusters: { voter: tally.personId, prompt: tally.promptId },
      }),
    );
  const { fit, fitProblem } = fitStrengths(pairTallies, entries.length);
  const judged = tallies.filter((tally) => tally.firstWins + tally.secondWins + tally.ties + tally.bothBad > 0);
  return {
    voters: new Set(judged.map((tally) => tally.personId)).size,
    bothBadAsTie,
    contestants: entries
      .map((entry) => {
        const scored = votesOf(entry.answerSetId, pairTallies);
        const model = fit?.models.find(({ id }) => id === entry.answerSetId);
        const count = (score: number) =>
          scored.reduce((sum, vote) => sum + (vote.score === score ? (vote.count ?? 1) : 0), 0);
        return {
          ...entry,
          wins: count(1),
          losses: count(0),
          ties: count(0.5),
          winRate: winRateOf(scored),
          strength: model ? { value: model.logStrength, interval: model.interval } : null,
          rank: model?.rank ?? null,
        };
      })
      .sort((a, b) => (b.strength?.value ?? b.winRate?.value ?? -1) - (a.strength?.value ?? a.winRate?.value ?? -1)),
    headToHead: headToHead(pairTallies),
    firstSlot: winRateOf(pairTallies.flatMap((tally) => scoresOf(tally, tally.firstWins, tally.secondWins))),
    bothBad: winRateOf(judged.flatMap(bothBadOf)),
    cannotJudge: tallies.reduce((sum, tally) => sum + tally.cannotJudge, 0),
    tieNu: fit?.tie?.nu ?? null,
    fitProblem,
  };
}

function fitStrengths(tallies: PairTally[], contestants: number) {
  try {
    const fit = bradleyTerry(tallies, { ties: "davidson", firstSlot: contestants > 1, standardErrors: "cluster" });
    return { fit, fitProblem: null };
  } catch (error) {
    if (!(error instanceof StatisticsError)) throw error;
    if (error.code === "first_slot_not_identified") {
      try {
        return { fit: bradleyTerry(tallies, { ties: "davidson", standardErrors: "cluster" }), fitProblem: null };
      } catch (second) {
        if (!(second instanceof StatisticsError)) throw second;
        return { fit: null, fitProblem: { code: second.code, message: second.message } };
      }
    }
    return { fit: null, fitProblem: { code: error.code, message: error.message } };
  }
}

const scoresOf = ({ ties = 0, clusters }: PairTally, wins: number, losses: number): ScoredVote[] =>
  (
    [
      [1, wins],
      [0, losses],
      [0.5, ties],
    ] as const
  ).flatMap(([score, count]) => (count > 0 ? [{ score, count, ...clusters }] : []));

/** "Both bad" (1) or not (0), whatever was said else: a share of votes that hang together as a win rate's do. */
const bothBadOf = ({ firstWins, secondWins, ties, bothBad, personId: voter, promptId: prompt }: Tally): ScoredVote[] =>
  (
    [
      [1, bothBad],
      [0, firstWins + secondWins + ties],
    ] as const
  ).flatMap(([score, count]) => (count > 0 ? [{ score, count, voter, prompt }] : []));

/** The votes on one contestant, as it fared. */
function votesOf(answerSetId: string, tallies: PairTally[]): ScoredVote[] {
  return tallies.flatMap((tally) => {
    if (tally.first === answerSetId) return scoresOf(tally, tally.firstWins, tally.secondWins);
    return tally.second === answerSetId ? scoresOf(tally, tally.secondWins, tally.firstWins) : [];
  });
}

function winRateOf(votes: ScoredVote[]) {
  if (votes.length === 0) return null;
  const { value, interval, n, method } = winRateFromVotes(votes);
  return { value, interval, n, method };
}

/** Counts of each two contestants, whichever was shown first. */
function headToHead(tallies: PairTally[]): Fit["headToHead"] {
  const cells = new Map<string, Fit["headToHead"][number]>();
  for (const { first, second, firstWins, secondWins, ties = 0 } of tallies) {
    const turned = first > second;
    const [one, two] = turned ? [second, first] : [first, second];
    const key = `${one} ${two}`;
    const cell = cells.get(key) ?? { first: one, second: two, firstWins: 0, secondWins: 0, ties: 0 };
    cell.firstWins += turned ? secondWins : firstWins;
    cell.secondWins += turned ? firstWins : secondWins;
    cell.ties += ties;
    cells.set(key, cell);
  }
  return [...cells.values()];
}
