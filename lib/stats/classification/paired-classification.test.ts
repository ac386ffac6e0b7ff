import { describe, expect, it } from "vitest";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import { type PairedClassificationInput, type PairedItem, pairedClassification } from "./paired-classification";
import { stratifiedClassification } from "./stratified-classification";

const strata = [
  { id: "likely", weight: 0.1 },
  { id: "unlikely", weight: 0.9 },
];
const MEASURES = ["precision", "recall", "f1"] as const;

/** Counts in the order yes-yes, yes-no, no-yes, no-no of both predictions, for positive and for negative items. */
function items(stratum: string, positive: number[], negative: number[]): PairedItem[] {
  const answers = [
    ["yes", "yes"],
    ["yes", "no"],
    ["no", "yes"],
    ["no", "no"],
  ] as const;
  return answers.flatMap(([first, second], i) => [
    { stratum, truth: "yes", first, second, count: positive[i] ?? 0 },
    { stratum, truth: "no", first, second, count: negative[i] ?? 0 },
  ]);
}

const study: PairedClassificationInput = {
  strata,
  items: [...items("likely", [60, 8, 20, 12], [10, 7, 9, 40]), ...items("unlikely", [6, 5, 7, 9], [5, 6, 8, 300])],
  positive: "yes",
};

describe("two classifiers on the same items", () => {
  it("differ by the difference of their figures, second less first", () => {
    const differences = pairedClassification(study);
    const figures = (side: "first" | "second") =>
      stratifiedClassification({ ...study, items: study.items.map((item) => ({ ...item, predicted: item[side] })) });
    for (const measure of MEASURES) {
      const expected = figures("second")[measure].value - figures("first")[measure].value;
      expect(differences[measure].value).toBeCloseTo(expected, 12);
      const apart = Math.hypot(figures("first")[measure].standardError, figures("second")[measure].standardError);
      expect(differences[measure].standardError).toBeLessThan(apart);
    }
  });

  it("have a difference in recall with the error of a ratio of its own", () => {
    // both recalls have the same denominator: their difference is (only second − only first) / positives
    const [a, b] = [
      { hits: 20 - 8, moved: 28, positives: 100, n: 166 },
      { hits: 7 - 5, moved: 12, positives: 27, n: 346 },
    ];
    const positives = 0.1 * (a.positives / a.n) + 0.9 * (b.positives / b.n);
    const recall = (0.1 * (a.hits / a.n) + 0.9 * (b.hits / b.n)) / positives;
    const variance = [a, b].reduce((sum, { hits, moved, positives: own, n }, i) => {
      const mean = (hits - recall * own) / n;
      const squares = moved - 2 * recall * hits + recall ** 2 * own;
      return sum + ((i === 0 ? 0.1 : 0.9) ** 2 * (squares / n - mean ** 2)) / (n - 1);
    }, 0);
    const difference = pairedClassification(study).recall;
    expect(difference.value).toBeCloseTo(recall, 12);
    expect(difference.standardError).toBeCloseTo(Math.sqrt(variance) / positives, 10);
  });

  it("turn the sign when swapped", () => {
    const swapped = study.items.map(({ first, second, ...item }) => ({ ...item, first: second, second: first }));
    const [one, other] = [pairedClassification(study), pairedClassification({ ...study, items: swapped })];
    for (const measure of MEASURES) {
      expect(other[measure].value).toBeCloseTo(-one[measure].value, 12);
      expect(other[measure].interval.lower).toBeCloseTo(-one[measure].interval.upper, 6);
    }
  });

  it("that never disagree may still differ", () => {
    const same = {
      ...study,
      items: [...items("likely", [80, 0, 0, 10], [10, 0, 0, 40]), ...items("unlikely", [6, 0, 0, 9], [5, 0, 0, 300])],
    };
    const differences = pairedClassification(same);
    for (const measure of MEASURES) {
      const { value, interval, standardError } = differences[measure];
      expect(value).toBe(0);
      expect(standardError).toBeGreaterThan(0.005);
      expect(interval.upper).toBeGreaterThan(0.01);
      expect(interval.lower).toBeLessThan(-0.01);
    }
    const never = {
      ...study,
      items: [...items("likely", [0, 0, 0, 10], [0, 0, 0, 40]), ...items("unlikely", [0, 0, 0, 9], [0, 0, 0, 9])],
    };
    expect(pairedClassification(never).precision.interval).toEqual({ lower: -1, upper: 1 });
  });

  it("are compared with the same care for strata as one classifier", () => {
    expect(() => pairedClassification({ ...study, strata: [...strata, { id: "rare", weight: 1 }] })).toThrow("no item");
    expect(() => pairedClassification({ ...study, strata: strata.slice(0, 1) })).toThrow("not listed");
  });

  it("are covered too where the strata were cut by the first one's predictions, and the second one's are rare in most", () => {
    const { multinomial } = studyGenerator(92);
    const cells = {
      likely: { both: [1_500, 200, 0, 0], neither: [100, 100, 0, 0] },
      unlikely: { both: [0, 0, 200, 100], neither: [0, 0, 300, 97_500] },
    };
    const shares = (counts: number[]) => {
      const all = counts.reduce((sum, count) => sum + count, 0);
      return counts.map((count) => count / all);
    };
    const precisionOf = (right: number, wrong: number) => right / (right + wrong);
    const truth = precisionOf(1_700, 400) - precisionOf(1_700, 200);
    const study = (followed?: "first") =>
      repeatStudies(2_000, () => {
        const drawn = Object.entries(cells).flatMap(([stratum, { both, neither }], index) => {
          const counts = multinomial([100, 300][index] ?? 0, shares([...both, ...neither]));
          return items(stratum, counts.slice(0, 4), counts.slice(4));
        });
        const parts = [
          { id: "likely", weight: 1_900 },
          { id: "unlikely", weight: 98_100 },
        ];
        const { precision } = pairedClassification({ strata: parts, items: drawn, positive: "yes", followed });
        return { interval: precision.interval, truth };
      });
    expect(study().covered).toBeGreaterThanOrEqual(0.93);
    expect(study("first").covered).toBeGreaterThanOrEqual(0.93);
  });

  it.each([
    ["often", [0.6, 0.1, 0.15, 0.15], [0.08, 0.05, 0.07, 0.8], 0.97],
    // few documents of a kind are expected, so that the intervals may hold it more often
    ["seldom", [0.75, 0.01, 0.02, 0.22], [0.04, 0.005, 0.005, 0.95], 1],
  ])(
    "that %s disagree have intervals that cover the difference in at least 93 % of 2,000 studies",
    (_, positive, negative, most) => {
      const { multinomial } = studyGenerator(91);
      const [hitFirst, hitSecond] = [(positive[0] ?? 0) + (positive[1] ?? 0), (positive[0] ?? 0) + (positive[2] ?? 0)];
      const [falseFirst, falseSecond] = [
        (negative[0] ?? 0) + (negative[1] ?? 0),
        (negative[0] ?? 0) + (negative[2] ?? 0),
      ];
      const prevalence = 0.25;
      const f1 = (hit: number, wrong: number) =>
        (2 * prevalence * hit) / (prevalence * (hit + 1) + (1 - prevalence) * wrong);
      const truth = f1(hitSecond, falseSecond) - f1(hitFirst, falseFirst);
      const { covered, meanWidth } = repeatStudies(2_000, () => {
        const counts = multinomial(400, [
          ...positive.map((p) => p * prevalence),
          ...negative.map((p) => p * (1 - prevalence)),
        ]);
        const drawn = items("all", counts.slice(0, 4), counts.slice(4));
        const { interval } = pairedClassification({
          strata: [{ id: "all", weight: 1 }],
          items: drawn,
          positive: "yes",
        }).f1;
        return { interval, truth };
      });
      expect(covered).toBeGreaterThanOrEqual(0.93);
      expect(covered).toBeLessThanOrEqual(most);
      expect(meanWidth).toBeLessThan(0.25);
    },
  );
});
