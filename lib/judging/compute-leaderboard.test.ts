import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { wilsonInterval } from "@/lib/stats";
import { computeLeaderboard, type Entry } from "./compute-leaderboard";

const [one, two] = [randomUUID(), randomUUID()];
const entries = [one, two].map(
  (answerSetId): Entry => ({ answerSetId, checkpointId: null, name: answerSetId, mixed: null, meanWords: null }),
);
const none = { firstWins: 0, secondWins: 0, ties: 0, bothBad: 0, cannotJudge: 0 };
const tally = (personId: string, promptId: string, counts: Partial<typeof none>, turned = false) => ({
  firstAnswerSetId: turned ? two : one,
  secondAnswerSetId: turned ? one : two,
  personId,
  promptId,
  ...none,
  ...counts,
});

describe("the leaderboard's share of votes for both bad", () => {
  it("is as uncertain as voters differ: twelve who each say the same of ten answers are no 120 votes", () => {
    const tallies = Array.from({ length: 120 }, (_, vote) => {
      const voter = vote % 12;
      const strict = voter % 2 === 0;
      return tally(`voter ${voter}`, `prompt ${Math.floor(vote / 12)}`, strict ? { bothBad: 1 } : { firstWins: 1 });
    });
    const { bothBad } = computeLeaderboard(entries, tallies, false);
    expect(bothBad).toMatchObject({ value: 0.5, n: 120 });
    const independent = wilsonInterval(60, 120);
    const width = (bothBad?.interval.upper ?? 0) - (bothBad?.interval.lower ?? 0);
    expect(width / (independent.upper - independent.lower)).toBeGreaterThan(3);
    // t with 11 degrees of freedom on the standard deviation of twelve voters' shares, on the logit scale
    const spread = (2.200985 * Math.sqrt(3 / 11 / 12)) / 0.25;
    expect(bothBad?.interval.upper).toBeCloseTo(1 / (1 + Math.exp(-spread)), 4);
  });

  it("leaves out who could not judge, and counts nobody as a voter whose votes are all withdrawn", () => {
    const tallies = [
      tally("anna", "a", { firstWins: 1 }),
      tally("bert", "a", { bothBad: 1 }, true),
      tally("cleo", "a", { cannotJudge: 1 }),
      tally("dora", "a", {}),
    ];
    const { bothBad, cannotJudge, voters } = computeLeaderboard(entries, tallies, false);
    expect(bothBad).toMatchObject({ value: 0.5, n: 2 });
    expect({ cannotJudge, voters }).toEqual({ cannotJudge: 1, voters: 2 });
  });
});
