import { describe, expect, it } from "vitest";
import { inspectAt } from "./inspect";
import { chooseThreshold, roleOf } from "./rules";

describe("roles", () => {
  it("follow the group and the seed alone, in about the shares that were asked for", () => {
    const shares = { tune: 0.2, test: 0.3 };
    const roles = Array.from({ length: 4000 }, (_, index) => roleOf(`group-${index}`, 1, shares));
    const share = (role: string) => roles.filter((each) => each === role).length / roles.length;
    expect(Math.abs(share("test") - 0.3)).toBeLessThan(0.03);
    expect(Math.abs(share("tune") - 0.2)).toBeLessThan(0.03);
    expect(roles).toEqual(Array.from({ length: 4000 }, (_, index) => roleOf(`group-${index}`, 1, shares)));
    expect(roles).not.toEqual(Array.from({ length: 4000 }, (_, index) => roleOf(`group-${index}`, 2, shares)));
  });
});

describe("the threshold", () => {
  const scored = (score: number, medical: boolean, weight = 1) => ({ score, medical, weight });

  it("lies between the scores that part the classes", () => {
    expect(chooseThreshold([scored(0.9, true), scored(0.8, true), scored(0.3, false), scored(0.1, false)])).toBeCloseTo(
      0.55,
    );
  });

  it("weighs documents by the design", () => {
    const tune = [scored(0.9, true), scored(0.7, false, 50), scored(0.6, true), scored(0.2, false, 50)];
    expect(chooseThreshold(tune)).toBeCloseTo(0.8);
  });

  it("is one half where there is nothing positive to be found", () => {
    expect(chooseThreshold([scored(0.2, false)])).toBe(0.5);
  });
});

describe("inspection", () => {
  const counts = [
    { called: true, medical: true, stratumId: "a", count: 30 },
    { called: true, medical: false, stratumId: "a", count: 5 },
    { called: false, medical: false, stratumId: "a", count: 60 },
    { called: false, medical: true, stratumId: "a", count: 5 },
    { called: false, medical: false, stratumId: "lonely", count: 1 },
  ];
  const strata = [
    { id: "a", weight: 1000 },
    { id: "lonely", weight: 10 },
  ];

  it("counts the confusion, and lets a stratum with one document join another", () => {
    const { confusion, figures, problem } = inspectAt(0.5, counts, strata);
    expect(confusion).toEqual({ truePositive: 30, falsePositive: 5, falseNegative: 5, trueNegative: 61 });
    expect(problem).toBeNull();
    expect(figures.precision?.value).toBeCloseTo(30 / 35, 6);
    expect(figures.recall?.value).toBeCloseTo(30 / 35, 6);
  });

  it("says why there is no figure where the test part is empty", () => {
    const { figures, problem } = inspectAt(0.5, [], []);
    expect(figures.f1).toBeNull();
    expect(problem).toBeTruthy();
  });
});
