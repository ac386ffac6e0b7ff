import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorFromDisagreement, errorOfAgreed, labelErrorSensitivity } from "./label-errors";

const cells = { truePositive: 80, falsePositive: 20, falseNegative: 20, trueNegative: 880 };
const measures = ["precision", "recall", "f1", "prevalence", "accuracy"] as const;

describe("errors of the people who label", () => {
  it("follow from how often two of them disagree", () => {
    expect(errorFromDisagreement(0)).toBe(0);
    expect(errorFromDisagreement(0.18)).toBeCloseTo(0.1, 12); // 2 · 0.1 · 0.9
    expect(errorFromDisagreement(0.095)).toBeCloseTo(0.05, 12); // 2 · 0.05 · 0.95
    expect(errorFromDisagreement(0.5)).toBe(0.5);
    expect(errorFromDisagreement(0.7)).toBe(0.5);
    expect(() => errorFromDisagreement(1.2)).toThrow("share of disagreement");
  });

  it("are rare where two agreed", () => {
    expect(errorOfAgreed(0.1)).toBeCloseTo(0.01 / 0.82, 12);
    expect(errorOfAgreed(0)).toBe(0);
    expect(errorOfAgreed(0.5)).toBe(0.5);
  });
});

describe("what errors in the labels do to the figures", () => {
  it("at random is corrected as Rogan and Gladen do, among items of each prediction", () => {
    const { observed, atRandom, mostAtRandom } = labelErrorSensitivity(cells, 0.02);
    for (const measure of ["precision", "recall", "f1"] as const) expect(observed[measure]).toBeCloseTo(0.8, 12);
    expect(observed.accuracy).toBeCloseTo(0.96, 12);
    // true positives (80 − 2) / 0.96 = 81.25 of 100, false negatives (20 − 18) / 0.96 = 2.0833 of 900
    expect(atRandom.precision).toBeCloseTo(0.8125, 12);
    expect(atRandom.recall).toBeCloseTo(81.25 / (81.25 + 2 / 0.96), 12);
    expect(atRandom.f1).toBeCloseTo((2 * 81.25) / (100 + 81.25 + 2 / 0.96), 12);
    // Rogan and Gladen's own formula for the whole: (p − (1 − specificity)) / (sensitivity + specificity − 1)
    expect(atRandom.prevalence).toBeCloseTo((0.1 - 0.02) / 0.96, 12);
    expect(mostAtRandom).toBeCloseTo(20 / 900, 12);
  });

  it("at random brings back the figures that were there before labels were turned", () => {
    const truth = { truePositive: 70, falsePositive: 10, falseNegative: 15, trueNegative: 905 };
    const error = 0.07;
    const blur = (own: number, other: number) => own * (1 - error) + other * error;
    const seen = {
      truePositive: blur(truth.truePositive, truth.falsePositive),
      falsePositive: blur(truth.falsePositive, truth.truePositive),
      falseNegative: blur(truth.falseNegative, truth.trueNegative),
      trueNegative: blur(truth.trueNegative, truth.falseNegative),
    };
    const { atRandom } = labelErrorSensitivity(seen, error);
    const { observed } = labelErrorSensitivity(truth, 0);
    for (const measure of measures) expect(atRandom[measure]).toBeCloseTo(observed[measure] ?? -1, 10);
  });

  it("wherever they are is bounded by the worst and the best place for them", () => {
    const { bounds } = labelErrorSensitivity(cells, 0.02); // 20 of 1,000 labels
    expect(bounds.f1?.lower).toBeCloseTo(120 / 180, 12); // 20 true positives are none
    expect(bounds.f1?.upper).toBeCloseTo(200 / 220, 12); // all false positives are right
    expect(bounds.precision).toEqual({ lower: expect.closeTo(0.6, 12), upper: expect.closeTo(1, 12) });
    expect(bounds.recall?.lower).toBeCloseTo(80 / 120, 12); // 20 more were missed
    expect(bounds.recall?.upper).toBeCloseTo(1, 12); // none was missed
    expect(bounds.prevalence).toEqual({ lower: expect.closeTo(0.08, 12), upper: expect.closeTo(0.12, 12) });
    expect(bounds.accuracy).toEqual({ lower: expect.closeTo(0.94, 12), upper: expect.closeTo(0.98, 12) });
  });

  it("never leaves its bounds, wherever labels are turned", () => {
    const cell = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(
        fc.record({ truePositive: cell, falsePositive: cell, falseNegative: cell, trueNegative: cell }),
        fc.double({ min: 0, max: 0.45, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (given, error, called, missed) => {
          const total = Object.values(given).reduce((sum, size) => sum + size, 0);
          fc.pre(total > 0);
          const scale = (error * total) / Math.max(1, Math.abs(called) + Math.abs(missed));
          const one = Math.min(given.falsePositive, Math.max(-given.truePositive, called * scale));
          const other = Math.min(given.trueNegative, Math.max(-given.falseNegative, missed * scale));
          const turned = {
            truePositive: given.truePositive + one,
            falsePositive: given.falsePositive - one,
            falseNegative: given.falseNegative + other,
            trueNegative: given.trueNegative - other,
          };
          const { bounds, atRandom } = labelErrorSensitivity(given, error);
          const { observed } = labelErrorSensitivity(turned, 0);
          for (const measure of measures) {
            const value = observed[measure];
            if (value === null) continue;
            expect(value).toBeGreaterThanOrEqual((bounds[measure]?.lower ?? 1) - 1e-9);
            expect(value).toBeLessThanOrEqual((bounds[measure]?.upper ?? 0) + 1e-9);
            expect(atRandom[measure] ?? 0).toBeGreaterThanOrEqual(0);
          }
        },
      ),
      { seed: 4, numRuns: 500 },
    );
  });

  it("stays as it is without errors, and has no value where there is nothing to compute it from", () => {
    const { observed, atRandom, bounds } = labelErrorSensitivity(cells, 0);
    expect(atRandom).toEqual(observed);
    expect(bounds.f1).toEqual({ lower: 0.8, upper: 0.8 });
    const nothingCalled = { ...cells, truePositive: 0, falsePositive: 0 };
    expect(labelErrorSensitivity(nothingCalled, 0.02).observed.precision).toBeNull();
    expect(labelErrorSensitivity(nothingCalled, 0.02).bounds.precision).toBeNull();
  });

  it("refuses what makes no sense", () => {
    expect(() => labelErrorSensitivity(cells, 0.5)).toThrow("below one half");
    expect(() => labelErrorSensitivity(cells, Number.NaN)).toThrow("error rate");
    expect(() => labelErrorSensitivity({ ...cells, truePositive: -1 }, 0.1)).toThrow("negative");
    const empty = { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 0 };
    expect(() => labelErrorSensitivity(empty, 0.1)).toThrow("could be wrong");
  });
});
