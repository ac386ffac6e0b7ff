import { describe, expect, it } from "vitest";
import { emptyDraft, type PairAction, type PairQueue, turnPairs } from "./pair-queue";

const start: PairQueue = { pairs: [], voted: [], count: 3, open: 10, exhausted: false };
const arrived = (...ids: string[]): PairAction => ({
  kind: "arrived",
  pairs: ids.map((id) => ({ id, prompt: "p", first: "a", second: "b" })),
  open: 10,
  exhausted: false,
});
const play = (...actions: PairAction[]) => actions.reduce(turnPairs, start);
const ids = (pairs: { id: string }[]) => pairs.map(({ id }) => id);

describe("the browser's pairs", () => {
  it("come one after the other, none twice, and are counted", () => {
    const state = play(arrived("a", "b"), arrived("b", "c"), { kind: "voted" });
    expect(ids(state.pairs)).toEqual(["b", "c"]);
    expect(state).toMatchObject({ count: 4, open: 9 });
  });

  it("do not come back once voted on, though the server did not know yet", () => {
    const state = play(arrived("a", "b"), { kind: "voted" }, arrived("a", "c"));
    expect(ids(state.pairs)).toEqual(["b", "c"]);
  });

  it("are undone as far back as the session reaches, with what was noted on them", () => {
    const draft = { ...emptyDraft, note: "n" };
    const state = play(arrived("a", "b"), { kind: "drafted", draft }, { kind: "voted" }, { kind: "undone" });
    expect(state.pairs[0]).toMatchObject({ id: "a", draft });
    expect(state).toMatchObject({ count: 3, open: 10, voted: [] });
    expect(turnPairs(state, { kind: "undone" })).toBe(state);
  });

  it("are asked for anew once they may be with others; what was voted on stays", () => {
    const state = play(
      arrived("a", "b"),
      { ...arrived("c"), exhausted: true } as PairAction,
      { kind: "voted" },
      {
        kind: "emptied",
      },
    );
    expect(state).toMatchObject({ pairs: [], exhausted: false, count: 4 });
    expect(ids(state.voted)).toEqual(["a"]);
  });

  it("count what an earlier page had not delivered", () => {
    expect(play({ kind: "recalled", votes: 2 })).toMatchObject({ count: 5, open: 8 });
  });
});
