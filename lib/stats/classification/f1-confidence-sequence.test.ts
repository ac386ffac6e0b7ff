import { describe, expect, it } from "vitest";
import { studyGenerator } from "../testing/repeated-studies";
import { leastLogWealth } from "./betting-test";
import { f1AnytimeInterval, f1ConfidenceSequence } from "./f1-confidence-sequence";
import type { Judged } from "./judged-sample";
import { stratifiedClassification } from "./stratified-classification";

const strata = [
  { id: "kept", weight: 0.1 },
  { id: "dropped", weight: 0.9 },
];
const options = { positive: "yes" };

/** Items by turns from both strata: of what was kept `right` are positive, of what was dropped `missed`. */
function draw(uniform: () => number, n: number, right: number, missed: number): Judged[] {
  return Array.from({ length: n }, (_, i) =>
    i % 2 === 0
      ? { stratum: "kept", predicted: "yes", truth: uniform() < right ? "yes" : "no" }
      : { stratum: "dropped", predicted: "no", truth: uniform() < missed ? "yes" : "no" },
  );
}

const f1Of = (right: number, missed: number) => (2 * 0.1 * right) / (0.1 * right + 0.1 + 0.9 * missed);

describe("a confidence sequence of F1", () => {
  const { uniform } = studyGenerator(101);
  const items = draw(uniform, 1200, 0.9, 0.01);
  const sequence = f1ConfidenceSequence(items, strata, options);

  it("only ever narrows, starting from nothing known", () => {
    expect(sequence).toHaveLength(1200);
    expect(sequence[0]).toEqual({ lower: 0, upper: 1 });
    sequence.slice(1).forEach((interval, i) => {
      expect(interval.lower).toBeGreaterThanOrEqual(sequence[i]?.lower ?? 1);
      expect(interval.upper).toBeLessThanOrEqual(sequence[i]?.upper ?? 0);
    });
  });

  it("ends not much wider than the interval for that sample size, around the same figure", () => {
    const { f1 } = stratifiedClassification({ strata, items, positive: "yes" });
    const { lower, upper } = sequence.at(-1) ?? { lower: 0, upper: 1 };
    expect(lower).toBeLessThan(f1.value);
    expect(upper).toBeGreaterThan(f1.value);
    expect(upper - lower).toBeLessThan(2.2 * (f1.interval.upper - f1.interval.lower));
    expect(upper - lower).toBeGreaterThan(f1.interval.upper - f1.interval.lower);
  });

  it("at one moment follows from the counts alone, and is no narrower than with its past", () => {
    const counts = new Map<string, Judged>();
    for (const item of items.slice(0, 600)) {
      const key = `${item.stratum} ${item.predicted} ${item.truth}`;
      counts.set(key, { ...item, count: (counts.get(key)?.count ?? 0) + 1 });
    }
    const then = sequence[599] ?? { lower: 0, upper: 1 };
    const alone = f1AnytimeInterval([...counts.values()].reverse(), strata, options);
    expect(alone.lower).toBeLessThanOrEqual(then.lower);
    expect(alone.upper).toBeGreaterThanOrEqual(then.upper);
    expect(alone.lower).toBeGreaterThan(then.lower - 0.03);
    expect(alone.upper).toBeLessThan(then.upper + 0.03);
    expect(f1AnytimeInterval([], strata, options)).toEqual({ lower: 0, upper: 1 });
  });

  it("holds the truth at every moment in at least 95 % of studies", () => {
    const study = studyGenerator(102);
    let missed = 0;
    for (let i = 0; i < 100; i++) {
      const drawn = f1ConfidenceSequence(draw(study.uniform, 120, 0.85, 0.03), strata, options);
      const truth = f1Of(0.85, 0.03);
      // limits only move inwards, so the last one tells of all
      const { lower, upper } = drawn.at(-1) ?? { lower: 1, upper: 0 };
      if (truth < lower || truth > upper) missed += 1;
    }
    expect(missed / 100).toBeLessThan(0.06);
  });

  it("does so in one simple random sample too, with intervals that say something", () => {
    const study = studyGenerator(103);
    let [missed, width] = [0, 0];
    for (let i = 0; i < 100; i++) {
      const drawn = Array.from({ length: 200 }, (): Judged => {
        const [kind] = [study.uniform()];
        const [truth, predicted] =
          kind < 0.3 ? ["yes", "yes"] : kind < 0.35 ? ["no", "yes"] : kind < 0.42 ? ["yes", "no"] : ["no", "no"];
        return { stratum: "all", truth: truth ?? null, predicted: predicted ?? "" };
      });
      const { lower, upper } = f1ConfidenceSequence(drawn, [{ id: "all", weight: 1 }], options).at(-1) ?? {
        lower: 1,
        upper: 0,
      };
      const truth = 0.6 / (0.6 + 0.12);
      if (truth < lower || truth > upper) missed += 1;
      width += (upper - lower) / 100;
    }
    expect(missed / 100).toBeLessThan(0.07);
    expect(width).toBeLessThan(0.4);
  });

  it("waits for every stratum, and passes over what could not be settled", () => {
    const one = draw(uniform, 80, 1, 0).map((item) => ({ ...item, stratum: "kept" }));
    expect(f1ConfidenceSequence(one, strata, options).at(-1)).toEqual({ lower: 0, upper: 1 });
    const open = items.slice(0, 100).flatMap((item) => [{ ...item, truth: null }, item]);
    const settled = f1ConfidenceSequence(open, strata, options).filter((_, i) => i % 2 === 1);
    expect(settled).toEqual(sequence.slice(0, 100));
    expect(() => f1ConfidenceSequence([{ stratum: "x", truth: "a", predicted: "a" }], strata, options)).toThrow(
      "not listed",
    );
  });
});

describe("the interval at one moment of a second phase", () => {
  /** Strata that hold one kind each: what is not known of F1 is how large they are, and that the first phase says. */
  const pure = [
    { id: "hit", share: 0.2, truth: "yes", predicted: "yes" },
    { id: "missed", share: 0.1, truth: "yes", predicted: "no" },
    { id: "neither", share: 0.7, truth: "no", predicted: "no" },
  ];
  const size = 400;
  const truth = 0.4 / 0.5;

  /** How often all of three looks, the last of them when everything is judged, held the truth. */
  function coverage(seed: number, studies: number, aware: boolean) {
    const { multinomial } = studyGenerator(seed);
    let held = 0;
    for (let study = 0; study < studies; study++) {
      const drawn = multinomial(
        size,
        pure.map(({ share }) => share),
      );
      const weights = pure.map(({ id }, at) => ({ id, weight: drawn[at] ?? 0 }));
      const looks = [0.3, 0.6, 1].map((part) => {
        const items = pure.map(({ id, truth: settled, predicted }, at) => {
          return { stratum: id, truth: settled, predicted, count: Math.round(part * (drawn[at] ?? 0)) };
        });
        const phaseOne = { size, populationSize: Number.POSITIVE_INFINITY };
        return f1AnytimeInterval(items, weights, { ...options, ...(aware ? { phaseOne } : {}) });
      });
      if (looks.every(({ lower, upper }) => lower <= truth && truth <= upper)) held += 1;
    }
    return held / studies;
  }

  it("holds the truth in at least 95 % of studies, and too seldom where it does not know of the first phase", () => {
    expect(coverage(104, 150, true)).toBeGreaterThanOrEqual(0.95);
    expect(coverage(104, 150, false)).toBeLessThan(0.9);
  });

  it("grows with the first phase's uncertainty, and is as without it where that was a census", () => {
    const items = draw(studyGenerator(105).uniform, 600, 0.9, 0.01);
    const among = (phaseOne?: { size: number; populationSize: number }) => {
      const { lower, upper } = f1AnytimeInterval(items, strata, {
        ...options,
        level: phaseOne ? 0.95 : 0.96,
        phaseOne,
      });
      return upper - lower;
    };
    const populationSize = 1_000_000;
    const widths = [undefined, populationSize, 100_000, 5_000].map((size) =>
      among(size ? { size, populationSize } : undefined),
    );
    expect(widths[1]).toBeCloseTo(widths[0] ?? 0, 12);
    expect(widths[2]).toBeGreaterThan(widths[1] ?? 1);
    expect(widths[3]).toBeGreaterThan(widths[2] ?? 1);
    expect(() => among({ size: 100, populationSize })).toThrow("first phase");
  });
});

describe("the least wealth over the strata's means", () => {
  it("is that of a search, from below", () => {
    const tallies = [
      { share: 0.3, values: [1.2, 0, 0.8], counts: [40, 6, 10] },
      { share: 0.7, values: [1.2, 0, 0.8], counts: [3, 4, 60] },
    ];
    for (const mean of [0.5, 0.7, 0.8]) {
      const found = leastLogWealth(tallies, mean, 1.2);
      let least = Number.POSITIVE_INFINITY;
      for (let first = 0.0012; first <= 1.2; first += 0.0012) {
        const second = (mean - 0.3 * first) / 0.7;
        if (second <= 0 || second > 1.2) continue;
        const wealth = [first, second].map((m, i) => {
          const own = tallies[i] ?? tallies[0];
          const stakes = [0.01, 0.03, 0.08, 0.2, 0.45, 0.75, 0.95, 0.995];
          const products = stakes.map((stake) =>
            (own?.values ?? []).reduce((product, value, k) => {
              return product * (1 - stake + (stake * value) / m) ** (own?.counts[k] ?? 0);
            }, 1),
          );
          return Math.log(products.reduce((sum, product) => sum + product, 0) / stakes.length);
        });
        least = Math.min(least, (wealth[0] ?? 0) + (wealth[1] ?? 0));
      }
      expect(found.logWealth).toBeLessThanOrEqual(least + 1e-6);
      expect(found.logWealth).toBeGreaterThan(least - 1e-3);
    }
  });
});
