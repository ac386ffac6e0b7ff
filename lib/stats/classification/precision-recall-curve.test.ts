import { describe, expect, it } from "vitest";
import { studyGenerator } from "../testing/repeated-studies";
import { type PrecisionRecallCurveInput, precisionRecallCurve } from "./precision-recall-curve";
import { stratifiedClassification } from "./stratified-classification";

const { uniform } = studyGenerator(5);
const items = Array.from({ length: 600 }, (_, i) => {
  const stratum = i % 2 === 0 ? "low" : "high";
  const score = stratum === "low" ? uniform() / 2 : (1 + uniform()) / 2;
  return { stratum, score, truth: uniform() < score ** 2 ? "yes" : "no" };
});
const strata = [
  { id: "low", weight: 0.9 },
  { id: "high", weight: 0.1 },
];
const thresholds = [0.7, 0.2, 0.5, 0.95];
const input: PrecisionRecallCurveInput = { items, strata, positive: "yes", thresholds };

describe("a precision–recall curve", () => {
  it("has at each threshold, in the given order, the figures of the classification at that threshold", () => {
    const points = precisionRecallCurve(input);
    expect(points.map((point) => point.threshold)).toEqual(thresholds);
    for (const { threshold, precision, recall, f1 } of points) {
      const predicted = items.map((item) => ({ ...item, predicted: item.score >= threshold ? "yes" : "no" }));
      const figures = stratifiedClassification({ strata, items: predicted, positive: "yes" });
      for (const [own, other] of [
        [precision, figures.precision],
        [recall, figures.recall],
        [f1, figures.f1],
      ] as const) {
        expect(own.value).toBeCloseTo(other.value, 12);
        expect(own.standardError).toBeCloseTo(other.standardError, 9);
        expect(own.interval.lower).toBeCloseTo(other.interval.lower, 7);
        expect(own.interval.upper).toBeCloseTo(other.interval.upper, 7);
      }
    }
  });

  it("has a band around the intervals, no wider than Bonferroni's", () => {
    const points = precisionRecallCurve(input);
    const bonferroni = precisionRecallCurve({ ...input, level: 1 - 0.05 / thresholds.length });
    points.forEach((point, k) => {
      for (const measure of ["precision", "recall", "f1"] as const) {
        const [{ interval }, band] = [point[measure], point.band[measure]];
        const widest = bonferroni[k]?.[measure].interval ?? { lower: 1, upper: 0 };
        expect(band.lower).toBeLessThanOrEqual(interval.lower);
        expect(band.upper).toBeGreaterThanOrEqual(interval.upper);
        expect(band.lower).toBeGreaterThan(widest.lower - 0.01);
        expect(band.upper).toBeLessThan(widest.upper + 0.01);
      }
    });
    expect(precisionRecallCurve(input)).toEqual(points);
  });

  it("estimates the same from weights of items as from strata", () => {
    const weighted = items.map(({ stratum, ...item }) => ({ ...item, weight: stratum === "low" ? 9 : 1 }));
    const byWeight = precisionRecallCurve({ items: weighted, positive: "yes", thresholds });
    const scaled = weighted.map((item) => ({ ...item, weight: item.weight * 300 }));
    const byScaled = precisionRecallCurve({ items: scaled, positive: "yes", thresholds });
    precisionRecallCurve(input).forEach((point, k) => {
      for (const measure of ["precision", "recall", "f1"] as const) {
        expect(byWeight[k]?.[measure].value).toBeCloseTo(point[measure].value, 10);
        expect(byScaled[k]?.[measure].interval.lower).toBeCloseTo(byWeight[k]?.[measure].interval.lower ?? 0, 6);
      }
    });
  });

  it("says that it knows nothing of precision above all scores", () => {
    const [point] = precisionRecallCurve({ ...input, thresholds: [2] });
    expect(point?.precision.interval).toEqual({ lower: 0, upper: 1 });
    expect(point?.band.precision).toEqual({ lower: 0, upper: 1 });
    expect(point?.recall.value).toBe(0);
    expect(point?.recall.interval.upper).toBeGreaterThan(0);
  });

  it("refuses curves without points or items, and two kinds of weights", () => {
    expect(() => precisionRecallCurve({ ...input, thresholds: [] })).toThrow("at least one threshold");
    expect(() => precisionRecallCurve({ ...input, items: [] })).toThrow("settled truth");
    const open = items.map((item) => ({ ...item, truth: null }));
    expect(() => precisionRecallCurve({ ...input, items: open })).toThrow("settled truth");
    const both = items.map((item) => ({ ...item, weight: 2 }));
    expect(() => precisionRecallCurve({ ...input, items: both })).toThrow("either strata");
  });
});
