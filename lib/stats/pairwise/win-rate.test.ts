import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../proportions";
import { winRate } from "./win-rate";
import { type ScoredVote, winRateFromVotes } from "./win-rate-from-votes";

const counts = fc
  .record({ wins: fc.nat(60), losses: fc.nat(60), ties: fc.nat(40) })
  .filter((c) => c.wins + c.losses + c.ties > 1);

describe("a win rate", () => {
  it("counts ties as half wins, and without ties has Wilson's interval", () => {
    expect(winRate({ wins: 50, losses: 30, ties: 40 }).value).toBeCloseTo(70 / 120, 12);
    const { value, interval, standardError, n } = winRate({ wins: 81, losses: 182, ties: 0 });
    const wilson = wilsonInterval(81, 263);
    expect(interval.lower).toBeCloseTo(wilson.lower, 7);
    expect(interval.upper).toBeCloseTo(wilson.upper, 7);
    expect(standardError).toBeCloseTo(Math.sqrt((value * (1 - value)) / 263), 12);
    expect(n).toBe(263);
    expect(winRate({ wins: 9, losses: 0, ties: 0 }).interval.lower).toBeCloseTo(wilsonInterval(9, 9).lower, 7);
  });

  it("is mirrored by the other side, and narrower with ties than without", () => {
    fc.assert(
      fc.property(counts, ({ wins, losses, ties }) => {
        const own = winRate({ wins, losses, ties });
        const other = winRate({ wins: losses, losses: wins, ties });
        expect(own.value + other.value).toBeCloseTo(1, 12);
        expect(own.interval.lower + other.interval.upper).toBeCloseTo(1, 6);
        expect(own.interval.lower).toBeLessThanOrEqual(own.value);
        expect(own.interval.upper).toBeGreaterThanOrEqual(own.value);
        expect(own.interval.upper).toBeGreaterThan(own.interval.lower);
        expect(own.standardError).toBeGreaterThan(0);
      }),
      { seed: 1, numRuns: 100 },
    );
    const width = ({ lower, upper }: { lower: number; upper: number }) => upper - lower;
    const [tied, decided] = [winRate({ wins: 30, losses: 30, ties: 40 }), winRate({ wins: 50, losses: 50, ties: 0 })];
    expect(width(tied.interval)).toBeLessThan(width(decided.interval));
  });

  it("refuses no votes", () => {
    expect(() => winRate({ wins: 0, losses: 0, ties: 0 })).toThrow("at least one vote");
    expect(() => winRate({ wins: -1, losses: 2, ties: 0 })).toThrow("number of wins");
  });
});

describe("a win rate from votes", () => {
  const votes = Array.from({ length: 120 }, (_, i): ScoredVote => {
    const score = i % 5 === 0 ? 0.5 : i % 3 === 0 ? 1 : 0;
    return { score, voter: `v${i % 12}`, prompt: `p${i % 20}` };
  });

  it("is the mean score; a stored 0 is a loss, not a missing answer", () => {
    const losses: ScoredVote[] = [
      { score: 0, count: 3 },
      { score: 1, count: 1 },
    ];
    expect(winRateFromVotes(losses)).toMatchObject({ value: 0.25, n: 4 });
  });

  it("of independent votes is nearly winRate", () => {
    const { interval, standardError } = winRateFromVotes([
      { score: 1, count: 81 },
      { score: 0, count: 182 },
    ]);
    const wilson = wilsonInterval(81, 263);
    expect(interval.lower).toBeCloseTo(wilson.lower, 2);
    expect(interval.upper).toBeCloseTo(wilson.upper, 2);
    expect(standardError).toBeCloseTo(winRate({ wins: 81, losses: 182, ties: 0 }).standardError, 3);
  });

  it("does not depend on order, names, or whether equal votes are counted together", () => {
    const estimate = winRateFromVotes(votes);
    const renamed = votes.map((vote) => ({ ...vote, voter: `x${vote.voter}`, prompt: `${vote.prompt}!` })).toReversed();
    const doubled = votes.map((vote) => ({ ...vote, count: 2 }));
    const listed = [...votes, ...votes];
    for (const [one, other] of [
      [estimate, winRateFromVotes(renamed)],
      [winRateFromVotes(doubled), winRateFromVotes(listed)],
    ] as const) {
      expect(other.value).toBeCloseTo(one.value, 12);
      expect(other.standardError).toBeCloseTo(one.standardError, 12);
      expect(other.interval.lower).toBeCloseTo(one.interval.lower, 10);
    }
  });

  it("is less certain when each voter always says the same", () => {
    const stubborn = Array.from(
      { length: 100 },
      (_, i): ScoredVote => ({ score: i % 10 < 6 ? 1 : 0, voter: `v${i % 10}` }),
    );
    const { standardError, interval, method } = winRateFromVotes(stubborn);
    expect(standardError).toBeCloseTo(Math.sqrt((0.6 * 0.4) / 9), 10);
    expect(interval.upper - interval.lower).toBeGreaterThan(0.6);
    expect(method).toContain("10 voters");
  });

  it("of one voter has an error from the votes and says whom it speaks of", () => {
    const single = votes.map(({ score }): ScoredVote => ({ score, voter: "only" }));
    const { standardError, method } = winRateFromVotes(single);
    expect(standardError).toBeGreaterThan(0.02);
    expect(method).toContain("this one voter only");
    expect(winRateFromVotes(votes.slice(0, 30).map((vote, i) => ({ ...vote, voter: `${i % 4}` }))).method).toContain(
      "these 4 voters only",
    );
  });

  it("has a width when all votes are equal, larger if they come from few voters", () => {
    const all = (voters: number) =>
      winRateFromVotes(Array.from({ length: 60 }, (_, i): ScoredVote => ({ score: 1, voter: `${i % voters}` })));
    expect(all(60).interval.lower).toBeCloseTo(wilsonInterval(60, 60).lower, 6);
    expect(all(3).interval.lower).toBeCloseTo(wilsonInterval(3, 3).lower, 6);
    expect(all(3).standardError).toBeGreaterThan(all(60).standardError);
    expect(all(3).interval.upper).toBe(1);
  });

  it("refuses no votes and other scores", () => {
    expect(() => winRateFromVotes([])).toThrow("at least one vote");
    expect(() => winRateFromVotes([{ score: 1, count: 0 }])).toThrow("at least one vote");
    const wrong = JSON.parse('[{"score": 0.7}]');
    expect(() => winRateFromVotes(wrong)).toThrow("0, 0.5 or 1");
  });
});
