import { describe, expect, it } from "vitest";
import { uniformGenerator } from "@/lib/stats/numerics/random";
import { calibrationOf, curveOf, inspectAt, poolSmallStrata } from "./inspect";
import { chooseThreshold, roleOf } from "./rules";
import type { CalibrationPoint } from "./schema";

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

describe("calibration", () => {
  const strata = [
    { id: "a", weight: 900, phaseOne: null },
    { id: "b", weight: 100, phaseOne: null },
  ];
  /** Documents whose scores are right as often as `probability` says. */
  function documentsBy(probability: (score: number) => number, count = 2000, seed = 3) {
    const random = uniformGenerator(seed);
    return Array.from({ length: count }, (_, index) => {
      const score = random();
      return { score, medical: random() < probability(score), stratumId: index % 2 === 0 ? "a" : "b" };
    });
  }
  const inside = ({ meanScore, medical: { interval } }: CalibrationPoint) =>
    interval.lower <= meanScore && meanScore <= interval.upper;

  it("lies on the diagonal where scores are right as often as they say, and off it where they are too sure", () => {
    const good = calibrationOf(
      documentsBy((score) => score),
      strata,
    );
    expect(good).toHaveLength(10);
    expect(good.filter(inside).length).toBeGreaterThanOrEqual(9);
    expect(good.reduce((sum, { medical }) => sum + medical.n, 0)).toBe(2000);
    const tooSure = calibrationOf(
      documentsBy((score) => 0.3 + 0.4 * score),
      strata,
    );
    expect(tooSure[0]?.medical.value).toBeGreaterThan(0.2);
    expect(tooSure.filter(inside).length).toBeLessThanOrEqual(5);
  });

  it("weighs documents by the design", () => {
    // 40 documents of one score: of the large stratum half are medical, of the small one none.
    const documents = Array.from({ length: 80 }, (_, index) => ({
      score: index < 40 ? 0.1 : 0.9,
      medical: index % 4 === 0,
      stratumId: index % 2 === 0 ? "a" : "b",
    }));
    const points = calibrationOf(documents, strata);
    expect(points.map(({ meanScore }) => meanScore)).toEqual([0.1, 0.9].map((score) => expect.closeTo(score, 10)));
    for (const { medical } of points) expect(medical.value).toBeCloseTo(0.9 * 0.5, 10);
  });

  it("is not told of few documents, nor of those of a convenience sample", () => {
    const documents = documentsBy((score) => score, 39);
    expect(calibrationOf(documents, strata)).toEqual([]);
    expect(
      calibrationOf(
        documentsBy((score) => score),
        null,
      ),
    ).toEqual([]);
    const alike = documentsBy(() => 0.5, 200).map((each) => ({ ...each, score: 0.5 }));
    expect(calibrationOf(alike, strata)).toHaveLength(1);
  });
});
