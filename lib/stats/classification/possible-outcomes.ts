import type { Outcome } from "./measures";

export const PREDICTED_POSITIVE: readonly Outcome[] = ["truePositive", "falsePositive"];
export const PREDICTED_OTHER: readonly Outcome[] = ["falseNegative", "otherRight", "otherWrong"];

/** What a stratum's sample holds: outcomes of settled items, and predictions of either kind, settled or not. */
export type SeenInStratum = { outcomes: ReadonlySet<Outcome>; positive: boolean; other: boolean };

/**
 * Which outcomes a stratum may hold. Where the strata follow the prediction (all but at most one hold predictions of
 * one kind only, and both kinds occur), a stratum cannot hold the other kind; else every stratum can hold all.
 */
export function possibleOutcomes(strata: readonly SeenInStratum[]): Outcome[][] {
  const mixed = strata.filter(({ positive, other }) => positive && other).length;
  const both = strata.some(({ positive }) => positive) && strata.some(({ other }) => other);
  const byPrediction = mixed <= 1 && both;
  // with two classes a prediction other than positive for an item that isn't positive is never wrong
  const multiClass = strata.some(({ outcomes }) => outcomes.has("otherWrong"));
  const others = multiClass ? PREDICTED_OTHER : PREDICTED_OTHER.filter((outcome) => outcome !== "otherWrong");
  return strata.map(({ positive, other }) => [
    ...(positive || !byPrediction ? PREDICTED_POSITIVE : []),
    ...(other || !byPrediction ? others : []),
  ]);
}
