import { describe, expect, it } from "vitest";
import { normalGenerator } from "../numerics/random";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import { type LabeledItem, type PredictionSummary, ppiMean } from "./ppi-mean";

const { uniform } = studyGenerator(71);
const labeled = Array.from(
  { length: 40 },
  (_, i): LabeledItem => ({ truth: (i * 7) % 11, prediction: ((i * 7) % 11) + uniform() }),
);
const unlabeled = Array.from({ length: 500 }, (_, i) => ((i * 3) % 11) + uniform());

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) };
}

describe("a prediction-powered mean", () => {
  it("with lambda 1 is the mean prediction plus the mean error, with both variances (Angelopoulos et al. 2023)", () => {
    const { value, standardError, lambda, n } = ppiMean(labeled, unlabeled, { lambda: 1 });
    const [predictions, errors] = [moments(unlabeled), moments(labeled.map((i) => i.truth - i.prediction))];
    expect(value).toBeCloseTo(predictions.mean + errors.mean, 10);
    expect(standardError).toBeCloseTo(Math.sqrt(predictions.variance / 500 + errors.variance / 40), 10);
    expect({ lambda, n }).toEqual({ lambda: 1, n: 40 });
  });

  it("with lambda 0 is the mean of the labels", () => {
    const { value, standardError, interval } = ppiMean(labeled, unlabeled, { lambda: 0 });
    const truth = moments(labeled.map((item) => item.truth));
    expect(value).toBeCloseTo(truth.mean, 10);
    expect(standardError).toBeCloseTo(Math.sqrt(truth.variance / 40), 10);
    expect(interval.upper - value).toBeCloseTo(2.0227 * standardError, 3);
  });

  it("tuned has nearly the least variance of all lambdas, and never trusts noise", () => {
    const tuned = ppiMean(labeled, unlabeled);
    for (const lambda of [0, 0.3, 0.6, 0.9, 1]) {
      expect(tuned.standardError).toBeLessThan(ppiMean(labeled, unlabeled, { lambda }).standardError * 1.02);
    }
    expect(tuned.lambda).toBeGreaterThan(0.85);
    expect(tuned.lambda).toBeLessThanOrEqual(1);
    const constant = labeled.map((item) => ({ ...item, prediction: 3 }));
    expect(ppiMean(constant, [3, 3, 3]).lambda).toBe(0);
  });

  it("is the same for numbers and for their summary", () => {
    const { mean, variance } = moments(unlabeled);
    const summary: PredictionSummary[] = [{ stratum: "all", count: 500, mean, variance }];
    expect(ppiMean(labeled, summary).value).toBeCloseTo(ppiMean(labeled, unlabeled).value, 10);
    expect(ppiMean(labeled, summary).standardError).toBeCloseTo(ppiMean(labeled, unlabeled).standardError, 10);
  });

  it("is the same for items one by one and for their counts", () => {
    const counted = [
      { truth: 1, prediction: 1, count: 30 },
      { truth: 0, prediction: 1, count: 4 },
      { truth: 1, prediction: 0, count: 6 },
      { truth: 0, prediction: 0, count: 60 },
      { truth: 0, prediction: 7, count: 0 },
    ];
    const single = counted.flatMap(({ truth, prediction, count }) =>
      Array.from({ length: count }, () => ({ truth, prediction })),
    );
    const summary = [{ stratum: "all", count: 900, mean: 0.35, variance: 0.23 }];
    const [one, other] = [ppiMean(counted, summary), ppiMean(single, summary)];
    expect(one.n).toBe(100);
    expect(one.value).toBeCloseTo(other.value, 12);
    expect(one.standardError).toBeCloseTo(other.standardError, 12);
    expect(one.interval.lower).toBeCloseTo(other.interval.lower, 10);
    expect(() => ppiMean([{ truth: 1, prediction: 1, count: 1.5 }], summary)).toThrow("whole number");
  });

  const strata = [
    { id: "likely", weight: 1 },
    { id: "unlikely", weight: 9 },
  ];
  const summaries = [
    { stratum: "likely", count: 2000, mean: 0.9, variance: 0.09 },
    { stratum: "unlikely", count: 18_000, mean: 0.01, variance: 0.0099 },
  ];
  const items = (stratum: string, both: number, machine: number, human: number, neither: number): LabeledItem[] =>
    [
      { count: both, truth: 1, prediction: 1 },
      { count: machine, truth: 0, prediction: 1 },
      { count: human, truth: 1, prediction: 0 },
      { count: neither, truth: 0, prediction: 0 },
    ].flatMap(({ count, truth, prediction }) => Array.from({ length: count }, () => ({ stratum, truth, prediction })));

  it("by strata weights each stratum's own mean", () => {
    const judged = [...items("likely", 80, 10, 6, 4), ...items("unlikely", 5, 6, 7, 182)];
    const { value } = ppiMean(judged, summaries, { strata, lambda: 1 });
    expect(value).toBeCloseTo(0.1 * (0.9 + (6 - 10) / 100) + 0.9 * (0.01 + (7 - 6) / 200), 10);
    expect(ppiMean(judged, summaries).value).toBeCloseTo(ppiMean(judged, summaries, { strata }).value, 10);
  });

  it("does not become certain because no label contradicts a prediction", () => {
    const judged = [...items("likely", 90, 0, 0, 10), ...items("unlikely", 2, 0, 0, 198)];
    const { interval, standardError, value } = ppiMean(judged, summaries, { strata, lambda: 1 });
    expect(interval.upper - value).toBeGreaterThan(0.012);
    expect(standardError).toBeGreaterThan(0.005);
    const same = Array.from({ length: 30 }, () => ({ truth: 1, prediction: 1 }));
    expect(ppiMean(same, [1, 1, 1, 1]).interval.lower).toBeLessThan(0.95);
  });

  it("covers the mean in 93 to 97 % of 2,000 studies, in narrower intervals than the labels alone", () => {
    const [normal, { chance }] = [normalGenerator(72), studyGenerator(73)];
    const draw = () => {
      const prediction = normal();
      return { prediction, truth: 1 + 0.8 * prediction + 0.5 * normal() };
    };
    const study = (lambda: number | "tuned") =>
      repeatStudies(2_000, () => {
        const few = Array.from({ length: 60 }, draw);
        const many = Array.from({ length: 600 }, () => normal());
        return { interval: ppiMean(few, many, { lambda }).interval, truth: 1 };
      });
    const [tuned, alone] = [study("tuned"), study(0)];
    expect(tuned.covered).toBeGreaterThanOrEqual(0.93);
    expect(tuned.covered).toBeLessThanOrEqual(0.97);
    expect(tuned.meanWidth).toBeLessThan(0.7 * alone.meanWidth);
    const rare = repeatStudies(2_000, () => {
      const judged = Array.from({ length: 250 }, () => {
        const truth = chance(0.02) ? 1 : 0;
        return { truth, prediction: chance(0.01) ? 1 - truth : truth };
      });
      const predictions = Array.from({ length: 2000 }, () => (chance(0.02 * 0.99 + 0.98 * 0.01) ? 1 : 0));
      return { interval: ppiMean(judged, predictions).interval, truth: 0.02 };
    });
    expect(rare.covered).toBeGreaterThanOrEqual(0.93);
  });

  const kinds = [
    { truth: 1, prediction: 1 },
    { truth: 1, prediction: 0 },
    { truth: 0, prediction: 1 },
    { truth: 0, prediction: 0 },
  ];

  it.each([
    // shares of each stratum's documents, in the order of kinds
    ["with enough of each kind", [0.5, 0.1, 0.15, 0.25], [0.04, 0.06, 0.05, 0.85], 0.97],
    [
      "where the label is rare, and errors in the larger stratum are hardly ever seen",
      [0.3, 0, 0.1, 0.6],
      [0, 0.001, 0, 0.999],
      1,
    ],
    ["where people and machine agree on everything", [0.8, 0, 0, 0.2], [0.01, 0, 0, 0.99], 1],
  ])("covers the mean of strata %s, in at least 1,860 of 2,000 studies", (_, likely, unlikely, most) => {
    const { multinomial } = studyGenerator(74);
    const parts = [
      { id: "likely", weight: 0.06, shares: likely, labelled: 200 },
      { id: "unlikely", weight: 0.94, shares: unlikely, labelled: 300 },
    ];
    const truth = parts.reduce((sum, { weight, shares: [yes = 0, missed = 0] }) => sum + weight * (yes + missed), 0);
    const { covered } = repeatStudies(2_000, () => {
      const judged = parts.flatMap(({ id, shares, labelled }) => {
        const counts = multinomial(labelled, shares);
        return kinds.map((kind, at) => ({ ...kind, stratum: id, count: counts[at] ?? 0 }));
      });
      const predicted = parts.map(({ id, shares: [yes = 0, , wrong = 0] }): PredictionSummary => {
        const [called = 0] = multinomial(1_000, [yes + wrong, 1 - yes - wrong]);
        const mean = called / 1_000;
        return { stratum: id, count: 1_000, mean, variance: (mean * (1 - mean) * 1_000) / 999 };
      });
      return { interval: ppiMean(judged, predicted, { strata: parts }).interval, truth };
    });
    expect(covered).toBeGreaterThanOrEqual(0.93);
    expect(covered).toBeLessThanOrEqual(most);
  });

  it("covers as often with eight labels, though these have chosen lambda", () => {
    const normal = normalGenerator(74);
    const { covered } = repeatStudies(4000, () => {
      const few = Array.from({ length: 8 }, () => {
        const truth = normal();
        return { truth, prediction: truth + normal() };
      });
      const predictions = [{ stratum: "all", count: 2000, mean: normal() * Math.sqrt(2 / 2000), variance: 2 }];
      return { interval: ppiMean(few, predictions).interval, truth: 0 };
    });
    expect(covered).toBeGreaterThan(0.94);
    expect(covered).toBeLessThan(0.97);
  });

  it("refuses input that leaves a stratum unknown", () => {
    expect(() => ppiMean(labeled, [])).toThrow("must be predictions");
    expect(() => ppiMean([], [1, 2])).toThrow("0 labelled items");
    expect(() => ppiMean(labeled, unlabeled, { strata })).toThrow("by stratum");
    expect(() => ppiMean(items("likely", 5, 1, 1, 1), summaries, { strata })).toThrow(
      '"unlikely" has 0 labelled items',
    );
    expect(() => ppiMean(items("else", 5, 1, 1, 1), summaries, { strata })).toThrow('"else", which is not listed');
    expect(() => ppiMean(labeled, unlabeled, { lambda: Number.NaN })).toThrow("Lambda");
  });
});
