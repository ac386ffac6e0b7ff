import { describe, expect, it } from "vitest";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import type { Estimate } from "../types";
import { cohenKappa } from "./cohen-kappa";
import { fleissKappa } from "./fleiss-kappa";
import { gwetAC1 } from "./gwet-ac1";
import { krippendorffAlpha } from "./krippendorff-alpha";

type Scene = { items: number; raters: number; prevalence: number; sensitivity: number; specificity: number };

/** Kappa and AC1 of the population from which such raters' items come. */
function truthOf({ prevalence, sensitivity, specificity }: Scene) {
  const disagreement =
    2 * prevalence * sensitivity * (1 - sensitivity) + 2 * (1 - prevalence) * specificity * (1 - specificity);
  const share = prevalence * sensitivity + (1 - prevalence) * (1 - specificity);
  const chance = 2 * share * (1 - share);
  return { kappa: 1 - disagreement / chance, ac1: 1 - disagreement / (1 - chance) };
}

const coefficients: Record<string, { truth: "kappa" | "ac1"; of: (ratings: string[][]) => Estimate }> = {
  fleiss: { truth: "kappa", of: fleissKappa },
  alpha: { truth: "kappa", of: (ratings) => krippendorffAlpha(ratings, { metric: "nominal" }) },
  ac1: { truth: "ac1", of: (ratings) => gwetAC1(ratings, { categories: ["no", "yes"] }) },
  cohen: {
    truth: "kappa",
    of: ([first = [], second = []]) => {
      const count = (one: string, other: string) =>
        first.filter((r, item) => r === one && second[item] === other).length;
      return cohenKappa([
        [count("yes", "yes"), count("yes", "no")],
        [count("no", "yes"), count("no", "no")],
      ]);
    },
  },
};

function coverage(name: string, scene: Scene, seed: number) {
  const { chance } = studyGenerator(seed);
  const coefficient = coefficients[name];
  if (!coefficient) throw new Error(name);
  const truth = truthOf(scene)[coefficient.truth];
  return repeatStudies(300, () => {
    const ratings = Array.from({ length: scene.raters }, () => [] as string[]);
    for (let item = 0; item < scene.items; item++) {
      const positive = chance(scene.prevalence);
      for (const row of ratings) {
        row.push(chance(positive ? scene.sensitivity : 1 - scene.specificity) ? "yes" : "no");
      }
    }
    return { interval: coefficient.of(ratings).interval, truth };
  });
}

describe.each(Object.keys(coefficients))("the interval of %s covers", (name) => {
  it("ordinary agreement about 95 % of the time", () => {
    const scene = { items: 200, raters: 2, prevalence: 0.4, sensitivity: 0.85, specificity: 0.9 };
    const { covered } = coverage(name, scene, 11);
    expect(covered).toBeGreaterThan(0.92);
    expect(covered).toBeLessThan(0.98);
  });

  it("a rare label (2 %) at least about 95 % of the time", () => {
    const scene = { items: 400, raters: 2, prevalence: 0.02, sensitivity: 0.9, specificity: 0.995 };
    const { covered, meanWidth } = coverage(name, scene, 12);
    expect(covered).toBeGreaterThan(0.925);
    expect(meanWidth).toBeLessThan(name === "ac1" ? 0.04 : 0.55);
  });

  it("nearly perfect agreement, also when none of the items shows a disagreement", () => {
    const scene = { items: 60, raters: 3, prevalence: 0.4, sensitivity: 0.99, specificity: 0.99 };
    const { covered, meanWidth } = coverage(name, { ...scene, raters: name === "cohen" ? 2 : 3 }, 13);
    expect(covered).toBeGreaterThan(0.93);
    expect(meanWidth).toBeLessThan(0.3);
  });
});
