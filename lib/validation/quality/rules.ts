import type { EstimateView, LabelQuality, Measure } from "./schema";

/** A phrase of messages/LOCALE/methods.json. */
const anytimeMethod = "anytime-valid interval when the stop rule ended the round";

type Figures = Pick<LabelQuality, "figures" | "stopRule" | "target" | "twoPhases">;

/**
 * A measure as it is shown wherever one interval stands beside it. F1 of a round that its stop rule ended has the interval
 * with which the rule ended it: one for a fixed size is too narrow after looking again and again. That one speaks of the corpus
 * and rests on the first documents of the queue: it is not taken where the figures speak of something else, nor where what
 * came afterwards has moved the figure out of it.
 */
export function shownEstimate(
  { figures, stopRule, target, twoPhases }: Figures,
  measure: Measure,
): EstimateView | null {
  const { estimate } = figures[measure];
  if (measure !== "f1" || !estimate || !stopRule) return estimate;
  const { lower, upper } = stopRule;
  const ofCorpus = target === "this_corpus" || (target === "like_these" && !twoPhases);
  if (!ofCorpus || estimate.value < lower || estimate.value > upper) return estimate;
  return { ...estimate, interval: { lower, upper }, method: anytimeMethod };
}
