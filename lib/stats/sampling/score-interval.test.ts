import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalNormal } from "../numerics/distributions";
import { wilsonInterval } from "../proportions";
import { tiltStratum } from "./constrained-stratum";
import type { RatioStratum } from "./ratio";
import { scoreInterval } from "./score-interval";

const share = { lower: 0, upper: 1 };
const unguarded = { level: 0.95, range: share, guardTails: false };

function proportion(successes: number, trials: number): RatioStratum {
  const cells = [
    { numerator: 1, denominator: 1, count: successes },
    { numerator: 0, denominator: 1, count: trials - successes },
  ];
  return { share: 1, unsampled: 1, cells };
}

/** Tango's interval (1998) by his closed form of the constrained maximum: b and c discordant pairs of n. */
function tangoLimit(b: number, c: number, n: number, side: 1 | -1): number {
  const excess = (difference: number) => {
    const linear = -b - c + (2 * n - b + c) * difference;
    const constant = -c * difference * (1 - difference);
    const q21 = (Math.sqrt(linear ** 2 - 8 * n * constant) - linear) / (4 * n);
    const variance = n * (2 * q21 + difference * (1 - difference));
    return (b - c - n * difference) / Math.sqrt(variance) - side * criticalNormal(0.95);
  };
  let [low, high] = side > 0 ? [-0.9999, (b - c) / n] : [(b - c) / n, 0.9999];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

describe("the score interval", () => {
  it("of one proportion is Wilson's", () => {
    const counts = fc
      .integer({ min: 1, max: 500 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(counts, ([successes, trials]) => {
        const interval = scoreInterval([proportion(successes, trials)], successes / trials, unguarded);
        const wilson = wilsonInterval(successes, trials);
        expect(interval.lower).toBeCloseTo(wilson.lower, 6);
        expect(interval.upper).toBeCloseTo(wilson.upper, 6);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it.each([
    [12, 2, 50],
    [9, 21, 80],
    [1, 7, 30],
  ])("of a paired difference, %i against %i of %i, is Tango's", (b, c, n) => {
    const cells = [
      { numerator: 1, denominator: 1, count: b },
      { numerator: -1, denominator: 1, count: c },
      { numerator: 0, denominator: 1, count: n - b - c },
    ];
    const range = { lower: -1, upper: 1 };
    const stratum = { share: 1, unsampled: 1, cells };
    const interval = scoreInterval([stratum], (b - c) / n, { level: 0.95, range, guardTails: false });
    expect(interval.lower).toBeCloseTo(tangoLimit(b, c, n, 1), 6);
    expect(interval.upper).toBeCloseTo(tangoLimit(b, c, n, -1), 6);
  });

  it("is the same for a stratum and for its halves", () => {
    const whole = scoreInterval([proportion(6, 80)], 6 / 80, unguarded);
    const half = { ...proportion(3, 40), share: 0.5 };
    const halves = scoreInterval([half, half], 6 / 80, unguarded);
    expect(halves.lower).toBeCloseTo(whole.lower, 7);
    expect(halves.upper).toBeCloseTo(whole.upper, 7);
  });

  it("guarded against uneven tails is wider, by less than a quarter", () => {
    for (const successes of [0, 1, 2, 5, 20]) {
      const plain = scoreInterval([proportion(successes, 100)], successes / 100, unguarded);
      const guarded = scoreInterval([proportion(successes, 100)], successes / 100, { level: 0.95, range: share });
      expect(guarded.lower).toBeLessThanOrEqual(plain.lower + 1e-8);
      expect(guarded.upper).toBeGreaterThanOrEqual(plain.upper - 1e-8);
      expect(guarded.upper - guarded.lower).toBeLessThan(1.25 * (plain.upper - plain.lower));
    }
  });

  it("shrinks with the part of the population that was sampled, to nothing for a census", () => {
    const widths = [1, 0.5, 0.1, 0.001].map((unsampled) => {
      const { lower, upper } = scoreInterval([{ ...proportion(30, 100), unsampled }], 0.3, unguarded);
      return upper - lower;
    });
    expect(widths.toSorted((a, b) => b - a)).toEqual(widths);
    expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeCloseTo(Math.SQRT1_2, 1);
    const census = scoreInterval([{ ...proportion(30, 100), unsampled: 0 }], 0.3, unguarded);
    expect(census.upper - census.lower).toBeLessThan(1e-7);
  });
});

describe("the most likely distribution with a given mean", () => {
  it("is that of a search over all distributions, with and without a value that was not seen", () => {
    const values = Float64Array.of(-0.7, 0, 0.3);
    for (const shares of [Float64Array.of(0.2, 0.5, 0.3), Float64Array.of(0, 0.6, 0.4)]) {
      for (const tilt of [-0.4, 0.3, 2.5]) {
        const { mean } = tiltStratum({ values, shares }, tilt);
        let [best, bestMean] = [Number.NEGATIVE_INFINITY, 0];
        for (let i = 0; i <= 400; i++) {
          for (let j = 0; j <= 400 - i; j++) {
            const probabilities = [i / 400, j / 400, (400 - i - j) / 400];
            const at = values.reduce((sum, value, c) => sum + value * (probabilities[c] ?? 0), 0);
            const likelihood = probabilities.reduce(
              (sum, p, c) => sum + (shares[c] ? (shares[c] ?? 0) * Math.log(p) : 0),
              0,
            );
            // the tilt is the price of the mean
            if (likelihood - tilt * at > best) [best, bestMean] = [likelihood - tilt * at, at];
          }
        }
        expect(Math.abs(mean - bestMean)).toBeLessThan(0.004);
      }
    }
  });
});
