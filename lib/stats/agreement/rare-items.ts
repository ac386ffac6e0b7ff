import type { RatioCell } from "../sampling/ratio";
import { scoreInterval } from "../sampling/score-interval";
import type { Interval } from "../types";

/** Range of every chance-corrected coefficient here. */
const RANGE: Interval = { lower: -1, upper: 1 };

type Uncertainty = { standardError: number; interval: Interval };

type AgreementCounts = {
  items: number;
  /** Items on which not all agree. */
  disagreeing: number;
  /** Items on which all agree, but not on the category that is agreed on most often. */
  agreeingOnOther: number;
};

/** Fewer than five of a kind, and of a sample too large for t quantiles to make up for it. */
function hasRareItems({ items, disagreeing, agreeingOnOther }: AgreementCounts): boolean {
  return Math.min(disagreeing, agreeingOnOther) < Math.min(5, items / 5);
}

/**
 * An interval, clipped to −1 and 1. Where few items disagree, or few agree on anything
 * but the most frequent category, it is widened to the limits of a score test, and a standard error of 0 (perfect
 * agreement) is replaced by the one that such limits stand for. `cells` hold the coefficient as a ratio over items.
 */
export function agreementInterval(
  value: number,
  { standardError, interval }: Uncertainty,
  half: number,
  level: number,
  counts: AgreementCounts,
  cells: () => readonly RatioCell[],
): Uncertainty & { note: string } {
  let { lower, upper } = interval;
  let [error, note] = [standardError, ""];
  if (hasRareItems(counts)) {
    note = ", widened by a score test for few items of a kind";
    const score = scoreInterval([{ share: 1, unsampled: 1, cells: cells() }], value, { level, range: RANGE });
    [lower, upper] = [Math.min(lower, score.lower), Math.max(upper, score.upper)];
    if (error === 0) error = (score.upper - score.lower) / (2 * half);
  }
  return {
    standardError: error,
    interval: { lower: Math.max(RANGE.lower, lower), upper: Math.min(RANGE.upper, upper) },
    note,
  };
}
