import type { Outcome } from "./measures";

export const PREDICTED_POSITIVE: readonly Outcome[] = ["truePositive", "falsePositive"];
export const PREDICTED_OTHER: readonly Outcome[] = ["falseNegative", "otherRight", "otherWrong"];

/** What a stratum's sample holds: outcomes of settled items, and predictions of either kind, settled or not. */
export type SeenInStratum = { outcomes: ReadonlySet<Outcome>; positive: boolean; other: boolean };

/**
 * Which outcomes a stratum may hold. Where the strata follow the prediction, a stratum cannot hold the other kind; else
 * every stratum can hold all, also what its sample happens not to show: in the largest one, what is rare there. `follow`:
 * whether they do; left out, they do where every sample holds predictions of one kind only, and both kinds occur. (With
 * one mixed stratum among them that would be chance too often: two sources, the label rare in the larger one.)
 */
export function possibleOutcomes(strata: readonly SeenInStratum[], follow?: boolean): Outcome[][] {
  const mixed = strata.some(({ positive, other }) => positive && other);
  const both = strata.some(({ positive }) => positive) && strata.some(({ other }) => other);
  const byPrediction = follow ?? (both && !mixed);
  // with two classes a prediction other than positive for an item that isn't positive is never wrong
  const multiClass = strata.some(({ outcomes }) => outcomes.has("otherWrong"));
  const others = multiClass ? PREDICTED_OTHER : PREDICTED_OTHER.filter((outcome) => outcome !== "otherWrong");
  return strata.map(({ positive, other }) => [
    ...(positive || !byPrediction ? PREDICTED_POSITIVE : []),
    ...(other || !byPrediction ? others : []),
  ]);
}
