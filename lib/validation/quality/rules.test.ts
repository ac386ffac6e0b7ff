import { describe, expect, it } from "vitest";
import { shownEstimate } from "./rules";
import type { EstimateView, LabelQuality } from "./schema";

const estimate: EstimateView = {
  ...{ value: 0.9, standardError: 0.02, interval: { lower: 0.86, upper: 0.94 } },
  ...{ level: 0.95, n: 120, method: "ratio estimator" },
};
const measure = { estimate, unsettled: null, effectiveSize: null };
const figures = { f1: measure, precision: measure, recall: measure, accuracy: measure, prevalence: measure };
const stopRule = { lower: 0.8, upper: 1, halfWidth: 0.1, documents: 100 };
const stopped = (more: Partial<LabelQuality> = {}) =>
  ({ figures, stopRule, target: "like_these", twoPhases: false, ...more }) as const;

describe("F1 beside one interval", () => {
  it("of a round that its stop rule ended has the interval that holds after looking again and again", () => {
    for (const target of ["like_these", "this_corpus"] as const) {
      const shown = shownEstimate(stopped({ target }), "f1");
      expect(shown).toMatchObject({ value: 0.9, interval: { lower: 0.8, upper: 1 }, n: 120 });
      expect(shown?.method).toContain("anytime-valid");
    }
  });

  it("keeps its own where no rule ended the round, and no other measure has the rule's", () => {
    expect(shownEstimate(stopped({ stopRule: null }), "f1")).toBe(estimate);
    expect(shownEstimate(stopped(), "precision")).toBe(estimate);
  });

  it("keeps its own where it speaks of something else than the rule, or has moved out of the rule's interval", () => {
    expect(shownEstimate(stopped({ target: "drawn_sample", twoPhases: true }), "f1")).toBe(estimate);
    expect(shownEstimate(stopped({ twoPhases: true }), "f1")).toBe(estimate);
    expect(shownEstimate(stopped({ twoPhases: true, target: "this_corpus" }), "f1")?.interval.lower).toBe(0.8);
    expect(shownEstimate(stopped({ stopRule: { ...stopRule, lower: 0.95 } }), "f1")).toBe(estimate);
  });
});
