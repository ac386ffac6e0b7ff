import { StatisticsError } from "../error";
import { groupByStratum, readStrata, requireSampled, type Stratum } from "../sampling/strata";
import type { Outcome } from "./measures";

/**
 * An item with the class that people settled on (null: they could not) and the class that was predicted. `outside`: of
 * another domain than the one that figures are wanted for; it counts in its stratum's sample, and in nothing else.
 */
export type Judged = { stratum: string; truth: string | null; predicted: string; count?: number; outside?: boolean };

export type JudgedStratum = Stratum & {
  share: number;
  outcomes: Map<Outcome, number>;
  /** Items without a settled truth, by prediction. */
  unsettled: { positive: number; other: number };
  /** Items outside the domain with a settled truth, by prediction. */
  outside: { positive: number; other: number };
};

export function outcomeOf(truth: string, predicted: string, positive: string): Outcome {
  if (predicted === positive) return truth === positive ? "truePositive" : "falsePositive";
  if (truth === positive) return "falseNegative";
  return truth === predicted ? "otherRight" : "otherWrong";
}

/**
 * The items counted by stratum and outcome, checked. `forBounds`: what stays unsettled is going to be given an outcome, so
 * that it says something about its stratum.
 */
export function readJudged(
  strata: readonly Stratum[],
  items: readonly Judged[],
  positive: string,
  forBounds = false,
): JudgedStratum[] {
  const weighted = readStrata(strata);
  const groups = groupByStratum(strata, items);
  return weighted.map((stratum) => {
    const outcomes = new Map<Outcome, number>();
    const unsettled = { positive: 0, other: 0 };
    const elsewhere = { positive: 0, other: 0 };
    let settled = 0;
    for (const { truth, predicted, count, outside } of groups.get(stratum.id) ?? []) {
      const side = predicted === positive ? "positive" : "other";
      if (truth === null) {
        if (!outside) unsettled[side] += count;
        continue;
      }
      if (outside) elsewhere[side] += count;
      const outcome = outside ? "outside" : outcomeOf(truth, predicted, positive);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
      settled += count;
    }
    const left = unsettled.positive + unsettled.other;
    if (settled === 0 && left > 0 && !forBounds) {
      const message = `No item of stratum "${stratum.id}" could be settled, so nothing is known about its part.`;
      throw new StatisticsError("stratum_unsettled", message, [stratum.id]);
    }
    requireSampled(stratum, forBounds ? settled + left : settled, settled + left);
    return { ...stratum, outcomes, unsettled, outside: elsewhere };
  });
}
