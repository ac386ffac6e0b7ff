import { describe, expect, it } from "vitest";
import { normalGenerator } from "../numerics/random";
import { repeatStudies, studyGenerator } from "../testing/repeated-studies";
import type { PairTally } from "./tallies";
import { winRateRatio } from "./win-rate-ratio";

function tally(first: string, second: string, firstWins: number, secondWins: number, ties = 0): PairTally {
  return { first, second, firstWins, secondWins, ties };
}

describe("a ratio of win rates", () => {
  it("says how many times as often one wins, with Katz's interval (1978)", () => {
    const { value, interval, standardError, n } = winRateRatio(
      [tally("tuned", "large", 21, 39)],
      [tally("base", "large", 6, 54)],
    );
    const logError = Math.sqrt(1 / 21 - 1 / 60 + 1 / 6 - 1 / 60);
    expect(value).toBeCloseTo(3.5, 12);
    expect(standardError).toBeCloseTo(3.5 * logError, 10);
    expect(interval.lower).toBeCloseTo(3.5 * Math.exp(-1.959964 * logError), 5);
    expect(interval.upper).toBeCloseTo(3.5 * Math.exp(1.959964 * logError), 5);
    expect(n).toBe(120);
  });

  it("does not mind which slot the common opponent was in", () => {
    const oneWay = winRateRatio([tally("tuned", "large", 21, 39, 4)], [tally("base", "large", 6, 54, 2)]);
    const mixed = winRateRatio(
      [tally("tuned", "large", 10, 20, 4), tally("large", "tuned", 19, 11)],
      [tally("large", "base", 54, 6, 2)],
    );
    expect(mixed).toEqual(oneWay);
  });

  it("takes the model that is always first when both sides are the same pair", () => {
    const { value } = winRateRatio([tally("A", "B", 30, 30)], [tally("A", "B", 15, 45)]);
    expect(value).toBeCloseTo(2, 12);
    expect(() => winRateRatio([tally("A", "B", 3, 3), tally("B", "A", 3, 3)], [tally("A", "B", 5, 5)])).toThrow(
      "not clear whose wins",
    );
    expect(() => winRateRatio([tally("A", "B", 3, 3), tally("A", "C", 3, 3)], [tally("D", "B", 5, 5)])).toThrow(
      "not clear whose wins",
    );
  });

  it("of a model that never won is 0 with an upper limit; of a base that never won it has no value", () => {
    const never = winRateRatio([tally("tuned", "large", 0, 60)], [tally("base", "large", 12, 48)]);
    expect(never.value).toBe(0);
    expect(never.interval.lower).toBe(0);
    expect(never.interval.upper).toBeGreaterThan(0.15);
    expect(never.interval.upper).toBeLessThan(1);
    expect(never.standardError).toBeGreaterThan(0.05);
    expect(() => winRateRatio([tally("tuned", "large", 9, 51)], [tally("base", "large", 0, 60)])).toThrow(
      '"base" won too seldom',
    );
    expect(() => winRateRatio([], [tally("base", "large", 1, 60)])).toThrow("not clear whose wins");
  });

  it("covers the true ratio about 95 % of the time: rare wins, and prompts that both sides share", () => {
    const { chance, uniform } = studyGenerator(81);
    const normal = normalGenerator(82);
    const count = (n: number, share: number) => Array.from({ length: n }, () => chance(share)).filter(Boolean).length;
    const rare = repeatStudies(500, () => {
      const [top, bottom] = [count(100, 0.2), Math.max(1, count(100, 0.06))];
      const { interval } = winRateRatio(
        [tally("tuned", "large", top, 100 - top)],
        [tally("base", "large", bottom, 100 - bottom)],
      );
      return { interval, truth: 0.2 / 0.06 };
    });
    expect(rare.covered).toBeGreaterThan(0.93);
    expect(rare.covered).toBeLessThan(0.99);

    const inverseLogit = (value: number) => 1 / (1 + Math.exp(-value));
    const points = Array.from({ length: 121 }, (_, i) => (i - 60) / 10);
    const rate = (center: number) => {
      const weights = points.map((z) => Math.exp((-z * z) / 2));
      const sum = points.reduce((all, z, i) => all + (weights[i] ?? 0) * inverseLogit(center + 1.2 * z), 0);
      return sum / weights.reduce((all, weight) => all + weight, 0);
    };
    const prompts = repeatStudies(300, () => {
      const effects = Array.from({ length: 40 }, () => 1.2 * normal());
      const draw = (id: string, center: number) =>
        effects.flatMap((effect, prompt) =>
          Array.from({ length: 5 }, (): PairTally => {
            const won = uniform() < inverseLogit(center + effect) ? 1 : 0;
            return { ...tally(id, "large", won, 1 - won), clusters: { prompt: `${prompt}`, voter: `${id} ${prompt}` } };
          }),
        );
      const { interval } = winRateRatio(draw("tuned", 0), draw("base", -1));
      return { interval, truth: rate(0) / rate(-1) };
    });
    expect(prompts.covered).toBeGreaterThan(0.92);
    expect(prompts.covered).toBeLessThan(0.985);
  });
});
