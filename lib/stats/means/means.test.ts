import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalGenerator } from "../numerics/random";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import { type PairedRow, pairedDifference } from "./paired-difference";
import { sampleMean } from "./sample-mean";
import { stratifiedTotal } from "./stratified-total";

/** Extra hours of sleep with two drugs (Student, Biometrika 6, 1908). */
const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

describe("the mean of a sample", () => {
  it("has the t interval (sleep: .75, −.5297804 to 2.0297804, and 2.33, .8976775 to 3.7623225)", () => {
    const [one, two] = [sampleMean(first), sampleMean(second)];
    expect(one?.value).toBeCloseTo(0.75, 12);
    expect(one?.interval.lower).toBeCloseTo(-0.5297804, 7);
    expect(one?.interval.upper).toBeCloseTo(2.0297804, 7);
    expect(two?.interval.lower).toBeCloseTo(0.8976775, 7);
    expect(two?.interval.upper).toBeCloseTo(3.7623225, 7);
  });

  it("does not go below what a value can be, and is not told where nothing shows how far values spread", () => {
    const few = sampleMean([1, 1, 9], { least: 0 });
    expect(few?.interval.lower).toBe(0);
    expect(few?.interval.upper).toBeGreaterThan(9);
    for (const values of [[], [5], [5, 5, 5, 5]]) expect(sampleMean(values)).toBeNull();
    expect(() => sampleMean([1, Number.NaN])).toThrow("A value");
  });
});

describe("the difference of two on the same things", () => {
  it("is a less b with the paired t interval (sleep: 1.58, .7001 to 2.4599)", () => {
    const rows = second.map((a, i) => ({ a, b: first[i] ?? null }));
    const { value, standardError, interval, n } = pairedDifference(rows);
    expect(value).toBeCloseTo(1.58, 12);
    expect(value / standardError).toBeCloseTo(4.0621, 4);
    expect(interval.lower).toBeCloseTo(0.7001142, 7);
    expect(interval.upper).toBeCloseTo(2.4598858, 7);
    expect(n).toBe(10);
  });

  it("of different things has the two-sample standard error (t 1.8608)", () => {
    const rows: PairedRow[] = [...second.map((a) => ({ a, b: null })), ...first.map((b) => ({ a: null, b }))];
    const { value, standardError, interval } = pairedDifference(rows);
    expect(value / standardError).toBeCloseTo(1.8608, 4);
    expect(interval.upper - value).toBeCloseTo(2.1009 * standardError, 4);
  });

  it("of different things has Welch's standard error, however many there are of the other (Biometrika 29, 1938)", () => {
    const normal = normalGenerator(46);
    const [few, many] = [6, 200].map((size) => Array.from({ length: size }, normal)) as [number[], number[]];
    const spread = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    };
    const rows: PairedRow[] = [...few.map((a) => ({ a, b: null })), ...many.map((b) => ({ a: null, b }))];
    const { standardError } = pairedDifference(rows);
    expect(standardError).toBeCloseTo(Math.sqrt(spread(few) / 6 + spread(many) / 200), 12);
  });

  it("uses rows with one value too, and ignores empty ones", () => {
    const rows: PairedRow[] = first.map((a, i) => ({ a: i < 2 ? null : a, b: i > 7 ? null : (second[i] ?? null) }));
    const used = pairedDifference(rows);
    const meanA = first.slice(2).reduce((sum, value) => sum + value, 0) / 8;
    const meanB = second.slice(0, 8).reduce((sum, value) => sum + value, 0) / 8;
    expect(used.value).toBeCloseTo(meanA - meanB, 12);
    expect(pairedDifference([...rows, { a: null, b: null }])).toEqual(used);
  });

  it("takes rows of a cluster together", () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ a: i % 2, b: (i % 6) / 5, cluster: `topic ${i % 6}` }));
    const { standardError, method } = pairedDifference(rows);
    const perTopic = Array.from({ length: 6 }, (_, topic) => rows.filter((_row, i) => i % 6 === topic));
    const means = perTopic.map((topic) => topic.reduce((sum, row) => sum + row.a - row.b, 0) / topic.length);
    const byTopic = pairedDifference(means.map((a) => ({ a, b: 0 })));
    expect(standardError).toBeCloseTo(byTopic.standardError, 12);
    expect(method).toContain("cluster");
  });

  it("turns its sign with the two, and scales with the unit", () => {
    const value = fc.option(fc.integer({ min: -50, max: 50 }), { freq: 6 });
    const rows = fc.array(fc.record({ a: value, b: value }), { minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(rows, (drawn) => {
        const data = [...drawn, { a: 1, b: 4 }, { a: 3, b: -2 }];
        const { value: difference, interval } = pairedDifference(data);
        const swapped = pairedDifference(data.map(({ a, b }) => ({ a: b, b: a })));
        const scaled = pairedDifference(
          data.map(({ a, b }) => ({ a: a === null ? null : 10 * a, b: b === null ? null : 10 * b })),
        );
        expect(swapped.value).toBeCloseTo(-difference, 9);
        expect(swapped.interval.upper).toBeCloseTo(-interval.lower, 6);
        expect(scaled.interval.lower).toBeCloseTo(10 * interval.lower, 5);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("has a width when no question was answered differently", () => {
    const same = Array.from({ length: 100 }, (_, i) => ({ a: i % 3 === 0 ? 1 : 0, b: i % 3 === 0 ? 1 : 0 }));
    const { value, standardError, interval } = pairedDifference(same);
    expect(value).toBe(0);
    expect(standardError).toBeGreaterThan(0.01);
    expect(interval.upper).toBeCloseTo(0.037, 3);
    expect(interval.lower).toBeCloseTo(-0.037, 3);
    const apart = [...same.map(() => ({ a: 1, b: null })), ...same.map(() => ({ a: null, b: 1 }))];
    expect(pairedDifference(apart).interval.upper).toBeGreaterThan(0.02);
    const clustered = same.map((row, i) => ({ ...row, cluster: `${i % 5}` }));
    expect(pairedDifference(clustered).interval.upper).toBeGreaterThan(0.3);
  });

  it("covers the true difference about 95 % of the time: few discordant pairs, partial overlap, topics", () => {
    const { uniform, chance } = studyGenerator(41);
    const normal = normalGenerator(42);
    const rare = repeatStudies(600, () => {
      const rows = Array.from({ length: 150 }, () => {
        const a = chance(0.7) ? 1 : 0;
        return { a, b: chance(0.02) ? 1 - a : a };
      });
      return { interval: pairedDifference(rows).interval, truth: 0.02 * (0.7 - 0.3) };
    });
    expect(rare.covered).toBeGreaterThan(0.94);
    expect(rare.meanWidth).toBeLessThan(0.08);
    const overlap = repeatStudies(600, () => {
      const rows = Array.from({ length: 40 }, (): PairedRow => {
        const [base, kept] = [normal(), uniform()];
        return { a: kept > 0.75 ? null : 0.5 + base + 0.5 * normal(), b: kept < 0.25 ? null : base };
      });
      return { interval: pairedDifference(rows).interval, truth: 0.5 };
    });
    expect(overlap.covered).toBeGreaterThan(0.93);
    expect(overlap.covered).toBeLessThan(0.97);
    const topics = repeatStudies(500, () => {
      const rows = Array.from({ length: 6 }, (_, topic) => {
        const effect = normal();
        return Array.from({ length: 4 + 6 * topic }, () => ({
          a: normal(),
          b: effect + normal(),
          cluster: `${topic}`,
        }));
      }).flat();
      return { interval: pairedDifference(rows).interval, truth: 0 };
    });
    expect(topics.covered).toBeGreaterThan(0.9);
  });

  it("refuses too little", () => {
    expect(() => pairedDifference([{ a: 1, b: 2 }])).toThrow("at least two values of a");
    expect(() =>
      pairedDifference([
        { a: 1, b: null },
        { a: 2, b: null },
      ]),
    ).toThrow("two values of b");
    const topic = [1, 2, 3].map((a) => ({ a, b: a * a, cluster: "one" }));
    expect(() => pairedDifference(topic)).toThrow("All rows are in one cluster");
    expect(() => pairedDifference([{ a: Number.NaN, b: 1 }])).toThrow("finite");
  });
});

describe("a total over strata", () => {
  const strata = [
    { id: "likely", weight: 0.1, populationSize: 2000 },
    { id: "unlikely", weight: 0.9, populationSize: 18_000 },
  ];

  it("is sizes times means, with the error of Cochran's equation 5.13", () => {
    const likely = [700, 0, 900, 400, 0, 800, 650, 0];
    const unlikely = [0, 0, 0, 0, 500, 0, 450, 0, 300, 0, 0, 0, 620, 0, 80];
    const items = [
      ...likely.map((value) => ({ stratum: "likely", value })),
      ...unlikely.map((value) => ({ stratum: "unlikely", value })),
    ];
    const part = (values: number[], size: number) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
      return { total: size * mean, variance: (size ** 2 * (1 - values.length / size) * spread) / values.length };
    };
    const [a, b] = [part(likely, 2000), part(unlikely, 18_000)];
    const { value, standardError, n } = stratifiedTotal({ strata, items });
    expect(value).toBeCloseTo(a.total + b.total, 6);
    expect(standardError).toBeCloseTo(Math.sqrt(a.variance + b.variance), 6);
    expect(n).toBe(23);
  });

  it("does not take a stratum in which nothing was found for empty", () => {
    const items = [
      { stratum: "likely", value: 1, count: 80 },
      { stratum: "likely", value: 0, count: 20 },
      { stratum: "unlikely", value: 0, count: 500 },
    ];
    const { value, interval, standardError } = stratifiedTotal({ strata, items });
    expect(value).toBeCloseTo(1600, 9);
    expect(interval.lower).toBeGreaterThan(1400);
    expect(interval.upper).toBeGreaterThan(1700);
    expect(interval.upper).toBeLessThan(1900);
    expect(standardError).toBeGreaterThan(75);
    const tokens = items.map((item) => ({ ...item, value: item.value * 700 }));
    expect(stratifiedTotal({ strata, items: tokens }).interval.upper).toBeCloseTo(700 * interval.upper, -2);
    const nothing = [
      { stratum: "likely", value: 0, count: 50 },
      { stratum: "unlikely", value: 0, count: 50 },
    ];
    expect(stratifiedTotal({ strata, items: nothing }).interval.upper).toBeGreaterThan(500);
    const census = strata.map((stratum) => ({ ...stratum, populationSize: stratum.id === "likely" ? 100 : 500 }));
    const counted = stratifiedTotal({ strata: census, items });
    expect(counted.value).toBeCloseTo(80, 9);
    expect(counted.standardError).toBe(0);
  });

  it("covers the true total about 95 % of the time, with documents that are rare", () => {
    const { withoutReplacement } = studyGenerator(43);
    const documents = repeatStudies(500, () => {
      const counts = [withoutReplacement(100, [1500, 500]), withoutReplacement(300, [150, 17_850])];
      const items = counts.flatMap(([found = 0, not = 0], i) => {
        const stratum = i === 0 ? "likely" : "unlikely";
        return [
          { stratum, value: 1, count: found },
          { stratum, value: 0, count: not },
        ];
      });
      return { interval: stratifiedTotal({ strata, items }).interval, truth: 1650 };
    });
    expect(documents.covered).toBeGreaterThan(0.93);
    expect(documents.meanWidth).toBeLessThan(900);
  });

  it("of values without a largest one covers it with three of them, and beyond the largest that was seen", () => {
    const normal = normalGenerator(44);
    const one = [{ id: "all", weight: 1, populationSize: 1_000_000 }];
    for (const drawn of [2, 3, 5]) {
      const { covered } = repeatStudies(1500, () => {
        const items = Array.from({ length: drawn }, () => ({ stratum: "all", value: 100 + 20 * normal() }));
        return { interval: stratifiedTotal({ strata: one, items }).interval, truth: 100_000_000 };
      });
      expect(covered).toBeGreaterThan(0.93);
      expect(covered).toBeLessThan(0.97);
    }
    const items = [120, 250, 90].map((value) => ({ stratum: "all", value }));
    const { value, standardError, interval } = stratifiedTotal({ strata: one, items });
    expect(interval.lower).toBe(0);
    expect(interval.upper).toBeCloseTo(value + 4.302653 * standardError, -2);
  });

  it("refuses strata without size or items", () => {
    const items = [{ stratum: "likely", value: 1, count: 10 }];
    expect(() => stratifiedTotal({ strata, items })).toThrow('"unlikely" has weight but no item');
    expect(() => stratifiedTotal({ strata, items: [{ stratum: "likely", value: Number.NaN }] })).toThrow("finite");
    expect(() => stratifiedTotal({ strata: [], items })).toThrow("weight above 0");
  });
});
