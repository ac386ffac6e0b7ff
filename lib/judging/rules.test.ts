import { describe, expect, it } from "vitest";
import { planVotes } from "./rules";

describe("the plan of votes", () => {
  it("counts every two contestants, with as many votes as there are judges at most", () => {
    expect(planVotes({ answers: [100, 100, 100], votesPerPair: 2, judges: 4 })).toEqual({
      votes: 600,
      votesOfTwo: 200,
      votesOfJudge: 150,
    });
    expect(planVotes({ answers: [100, 80], votesPerPair: 5, judges: 2 })).toEqual({
      votes: 160,
      votesOfTwo: 160,
      votesOfJudge: 80,
    });
    expect(planVotes({ answers: [100], votesPerPair: 1, judges: 1 })).toMatchObject({ votes: 0, votesOfTwo: 0 });
    expect(planVotes({ answers: [100, 100], votesPerPair: 1, judges: 0 })).toMatchObject({ votes: 0, votesOfJudge: 0 });
  });
});
