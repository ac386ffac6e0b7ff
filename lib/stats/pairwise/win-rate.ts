import { requireCount, requireLevel, StatisticsError } from "../error";
import { criticalNormal } from "../numerics/distributions";
import type { RatioStratum } from "../sampling/ratio";
import { scoreInterval } from "../sampling/score-interval";
import type { Estimate, Interval } from "../types";

export type VoteCounts = { wins: number; losses: number; ties: number };

/** Votes as a sample of scores 1, 0 and ½; a score that was not seen is possible too. */
function scoreStratum({ wins, losses, ties }: VoteCounts): RatioStratum {
  return {
    share: 1,
    unsampled: 1,
    cells: [
      { numerator: 1, denominator: 1, count: wins },
      { numerator: 0, denominator: 1, count: losses },
      { numerator: 0.5, denominator: 1, count: ties },
    ],
  };
}

/** Score interval of a win rate from independent votes, Wilson's if there are no ties. */
export function independentInterval(counts: VoteCounts, value: number, level: number): Interval {
  return scoreInterval([scoreStratum(counts)], value, { level, range: { lower: 0, upper: 1 }, guardTails: false });
}

/**
 * Win rate (wins + ties/2) / n, 0 to 1, from votes that are independent of each other; of votes by the same person or
 * on the same prompt use winRateFromVotes. Interval: score method, which without ties is Wilson's (1927) and with them
 * the same for three outcomes (Tango, Statistics in Medicine 17, 1998, for scores 1, ½ and 0).
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`
 */
export function winRate(counts: VoteCounts, level = 0.95): Estimate {
  requireLevel(level);
  const { wins, losses, ties } = counts;
  requireCount(wins, "The number of wins");
  requireCount(losses, "The number of losses");
  requireCount(ties, "The number of ties");
  const n = wins + losses + ties;
  if (n === 0) throw new StatisticsError("empty_input", "A win rate needs at least one vote.");
  const value = (wins + ties / 2) / n;
  const variance = (wins * (1 - value) ** 2 + losses * value ** 2 + ties * (0.5 - value) ** 2) / n ** 2;
  const interval = independentInterval(counts, value, level);
  const implied = (interval.upper - interval.lower) / (2 * criticalNormal(level));
  return {
    value,
    standardError: Math.sqrt(variance) || implied,
    interval,
    level,
    n,
    method: "votes independent, score interval",
  };
}
