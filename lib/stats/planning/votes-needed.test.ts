import { describe, expect, it } from "vitest";
import { smallestWinRateTold, votesNeeded } from "./votes-needed";

/** Power of the two-sided test at 5 % that it is planned for, summed over all outcomes. */
function exactPower(votes: number, winRate: number): number {
  let power = 0;
  let logChoose = 0;
  for (let wins = 0; wins <= votes; wins++) {
    if (wins > 0) logChoose += Math.log(votes - wins + 1) - Math.log(wins);
    const z = (wins / votes - 0.5) / Math.sqrt(0.25 / votes);
    const told = Math.abs(z) >= 1.959964;
    if (told) power += Math.exp(logChoose + wins * Math.log(winRate) + (votes - wins) * Math.log1p(-winRate));
  }
  return power;
}

describe("votes needed to tell a win rate from 50 %", () => {
  it("gives the published numbers", () => {
    expect(votesNeeded(0.55)).toBe(783);
    expect(votesNeeded(0.6)).toBe(194);
    expect(votesNeeded(0.45)).toBe(783);
  });

  it("finds what is there as often as it says", () => {
    for (const [winRate, power] of [
      [0.55, 0.8],
      [0.6, 0.8],
      [0.7, 0.9],
    ] as const) {
      const votes = votesNeeded(winRate, { power });
      expect(Math.abs(exactPower(votes, winRate) - power)).toBeLessThan(0.03);
    }
  });

  it("asks for more where more is to be told, and is undone by its inverse", () => {
    expect(votesNeeded(0.6, { level: 0.99 })).toBeGreaterThan(194);
    for (const winRate of [0.52, 0.55, 0.6, 0.75]) {
      const told = smallestWinRateTold(votesNeeded(winRate)) ?? Number.NaN;
      expect(told).toBeLessThanOrEqual(winRate + 1e-5);
      expect(told).toBeGreaterThan(winRate - 0.01);
    }
    expect(smallestWinRateTold(9)).toBeNull();
  });

  it("refuses what has no answer", () => {
    expect(() => votesNeeded(0.5)).toThrow("50 %");
    expect(() => votesNeeded(1.2)).toThrow("between 0 and 1");
    expect(() => votesNeeded(0.6, { power: 0.2 })).toThrow("power");
    expect(() => smallestWinRateTold(-1)).toThrow("whole number");
  });
});
