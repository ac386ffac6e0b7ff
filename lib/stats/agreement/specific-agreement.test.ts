import { describe, expect, it } from "vitest";
import { uniformGenerator } from "../numerics/random";
import { specificAgreement } from "./specific-agreement";

describe("agreement on one category", () => {
  it("is 2a / (2a + b + c), and the same as F1 of one rater against the other", () => {
    expect(specificAgreement(40, 10).value).toBeCloseTo(80 / 90, 12);
    expect(specificAgreement(0, 7).value).toBe(0);
    expect(specificAgreement(12, 0).value).toBe(1);
  });

  it("never claims certainty from few items", () => {
    expect(specificAgreement(5, 0).interval.upper).toBe(1);
    expect(specificAgreement(5, 0).interval.lower).toBeLessThan(0.75);
    expect(specificAgreement(0, 5).interval.upper).toBeGreaterThan(0.4);
    expect(specificAgreement(5, 0).standardError).toBeGreaterThan(0);
  });

  it("covers the true agreement about 95 % of the time", () => {
    const uniform = uniformGenerator(5);
    for (const [items, chosenByBoth, chosenByOne] of [
      [100, 0.1, 0.05],
      [400, 0.02, 0.02],
      [60, 0.5, 0.1],
    ] as const) {
      const truth = (2 * chosenByBoth) / (2 * chosenByBoth + chosenByOne);
      let [covered, studies] = [0, 0];
      for (let study = 0; study < 2000; study++) {
        let [both, one] = [0, 0];
        for (let item = 0; item < items; item++) {
          const draw = uniform();
          if (draw < chosenByBoth) both += 1;
          else if (draw < chosenByBoth + chosenByOne) one += 1;
        }
        if (both + one === 0) continue;
        studies += 1;
        const { interval } = specificAgreement(both, one);
        if (interval.lower <= truth && truth <= interval.upper) covered += 1;
      }
      expect(covered / studies).toBeGreaterThan(0.93);
      expect(covered / studies).toBeLessThan(0.985);
    }
  });

  it("refuses a category that nobody chose", () => {
    expect(() => specificAgreement(0, 0)).toThrow("Nobody chose");
  });
});
