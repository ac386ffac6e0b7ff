import { describe, expect, it } from "vitest";
import { curveOf, inspectAt, poolSmallStrata } from "./inspect";
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
    { id: "a", weight: 1000, phaseOne: null },
    { id: "lonely", weight: 10, phaseOne: null },
  ];

  it("counts the confusion, and lets a stratum with one document join another", () => {
    const { confusion, figures, problem } = inspectAt(0.5, counts, strata);
    expect(confusion).toEqual({ truePositive: 30, falsePositive: 5, falseNegative: 5, trueNegative: 61 });
    expect(problem).toBeNull();
    expect(figures.precision?.value).toBeCloseTo(30 / 35, 6);
    expect(figures.recall?.value).toBeCloseTo(30 / 35, 6);
  });

  it("adds the uncertainty of a first draw, whose strata join where small ones in them do", () => {
    const phases = { web: { id: "web", size: 200 }, press: { id: "press", size: 50 } };
    const second = [
      { id: "a", weight: 500, phaseOne: phases.web },
      { id: "b", weight: 500, phaseOne: phases.web },
      { id: "lonely", weight: 10, phaseOne: phases.press },
    ];
    const more = [...counts, { called: true, medical: true, stratumId: "b", count: 40 }];
    const plain = second.map((stratum) => ({ ...stratum, phaseOne: null }));
    const [two, one] = [inspectAt(0.5, more, second), inspectAt(0.5, more, plain)];
    expect(two.problem).toBeNull();
    expect(two.figures.prevalence?.value).toBeCloseTo(one.figures.prevalence?.value ?? 0, 12);
    const width = ({ figures }: typeof one) =>
      (figures.prevalence?.interval.upper ?? 0) - (figures.prevalence?.interval.lower ?? 0);
    expect(width(two)).toBeGreaterThan(1.1 * width(one));
    const pooled = poolSmallStrata(more, second).strata;
    expect(pooled.map(({ phaseOne }) => phaseOne)).toEqual(pooled.map(() => ({ id: "pooled", size: 250 })));
  });

  it("gives no figures of a convenience sample, only what was counted", () => {
    const { confusion, figures, problem } = inspectAt(0.5, counts, null);
    expect(confusion.truePositive).toBe(30);
    expect(problem).toBe("convenience_sample");
    expect(Object.values(figures)).toEqual([null, null, null, null, null]);
    expect(curveOf([{ score: 0.9, medical: true, stratumId: "a" }], null)).toEqual([]);
  });

  it("says why there is no figure where the test part is empty", () => {
    const { figures, problem } = inspectAt(0.5, [], []);
    expect(figures.f1).toBeNull();
    expect(problem).toBeTruthy();
  });
});
