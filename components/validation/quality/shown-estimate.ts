import type { EstimateView, LabelQuality, Measure } from "@/lib/validation/quality/schema";

/**
 * A measure as the page shows it: F1 of a round that its stop rule ended has the interval that holds after looking again and
 * again, since that of a fixed size is too narrow then.
 */
export function shownEstimate(quality: LabelQuality, measure: Measure): EstimateView | null {
  const { estimate } = quality.figures[measure];
  const { stopRule } = quality;
  if (measure !== "f1" || !estimate || !stopRule) return estimate;
  return { ...estimate, interval: { lower: stopRule.lower, upper: stopRule.upper } };
}
