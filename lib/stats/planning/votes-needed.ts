import { requireCount, requireLevel, requireShare, StatisticsError } from "../error";
import { criticalNormal } from "../numerics/distributions";
import { findRoot } from "../numerics/find-root";

const fewestVotes = 10;

/** `level` of the two-sided test, as of intervals (.95: α = .05); `power`: how often it shall find what is there. */
type TestPlan = { level?: number; power?: number };

/**
 * How many decisive votes (wins and losses, no ties) tell a win rate from 50 %, by the normal approximation of the test of
 * one proportion: n = ((z₁₋α⸝₂ ½ + z_power √(p (1 − p))) / (p − ½))² (Fleiss, Levin and Paik, Statistical Methods for Rates
 * and Proportions, 3rd ed., section 2.4, without continuity correction). It takes votes for independent; votes of one
 * person, or on one prompt, say less.
 *
 * @throws StatisticsError `invalid_argument` for a rate of .5, or outside of 0 and 1
 */
export function votesNeeded(winRate: number, plan: TestPlan = {}): number {
  requireShare(winRate, "The win rate");
  if (winRate === 0.5) throw new StatisticsError("invalid_argument", "No number of votes tells 50 % from 50 %.");
  return Math.ceil(votesFor(winRate, plan));
}

function votesFor(winRate: number, { level = 0.95, power = 0.8 }: TestPlan): number {
  requireLevel(level);
  if (!(power > 0.5 && power < 1)) {
    throw new StatisticsError("invalid_argument", `The power must lie between 0.5 and 1, but is ${power}.`);
  }
  // The one-sided quantile at the power; `criticalNormal` counts both sides.
  const spread = criticalNormal(level) / 2 + criticalNormal(2 * power - 1) * Math.sqrt(winRate * (1 - winRate));
  return (spread / (winRate - 0.5)) ** 2;
}

/**
 * The smallest win rate above 50 % that so many decisive votes tell from it, as `votesNeeded` counts them; null where they
 * are too few for any that it could tell of: under ten the approximation does not hold.
 *
 * @throws StatisticsError `invalid_argument` for what is no count
 */
export function smallestWinRateTold(votes: number, plan: TestPlan = {}): number | null {
  requireCount(votes, "The number of votes");
  if (votes < fewestVotes) return null;
  return findRoot((winRate) => votesFor(winRate, plan) - votes, 0.5 + 1e-6, 1, 1e-6);
}
