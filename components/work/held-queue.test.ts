import { describe, expect, it } from "vitest";
import { beginQueue, type HeldAction, type HeldQueue, turnQueue } from "./held-queue";

type Item = { id: string; text: string };
type Draft = { note: string };
type Queue = HeldQueue<Item, Draft>;
type Action = HeldAction<Item, Draft>;

const noDraft: Draft = { note: "" };
const item = (id: string): Item => ({ id, text: `text of ${id}` });
const begin = (count: number, open: number): Queue => beginQueue(count, open);
const play = (state: Queue, ...actions: Action[]) => actions.reduce<Queue>(turnQueue, state);
const arrived = (...ids: string[]): Action => ({
  kind: "arrived",
  items: ids.map(item),
  noDraft,
  open: 10,
  exhausted: false,
});
const ids = (items: { id: string }[]) => items.map(({ id }) => id);

describe("the browser's queue", () => {
  it("shows one piece of work after the other and counts", () => {
    const state = play(begin(5, 10), arrived("a", "b"), { kind: "decided" });
    expect(ids(state.held)).toEqual(["b"]);
    expect(state).toMatchObject({ count: 6, open: 9 });
  });

  it("takes nothing in twice", () => {
    expect(ids(play(begin(0, 0), arrived("a", "b"), arrived("b", "c")).held)).toEqual(["a", "b", "c"]);
  });

  it("takes nothing in again that was decided while the answer was under way", () => {
    const state = play(begin(0, 9), arrived("a", "b"), { kind: "decided" }, arrived("a", "c"));
    expect(ids(state.held)).toEqual(["b", "c"]);
  });

  it("undoes as far back as the session reaches, with what was noted", () => {
    const draft = { note: "n" };
    const decided = play(
      begin(0, 10),
      arrived("a", "b"),
      { kind: "drafted", draft },
      { kind: "decided" },
      { kind: "decided" },
    );
    const undone = play(decided, { kind: "undone" }, { kind: "undone" }, { kind: "undone" });
    expect(ids(undone.held)).toEqual(["a", "b"]);
    expect(undone.held[0]).toMatchObject({ draft });
    expect(undone).toMatchObject({ count: 0, open: 10, decided: [] });
  });

  it("keeps what could not be skipped, behind the others", () => {
    const state = play(begin(0, 10), arrived("a", "b"), { kind: "skipped" });
    expect(ids(state.held)).toEqual(["b"]);
    expect(ids(play(state, { kind: "kept", item: { ...item("a"), draft: noDraft } }).held)).toEqual(["b", "a"]);
  });

  it("asks anew for what may be with others by now; what was decided stays", () => {
    const state = play(begin(3, 10), arrived("a", "b"), { kind: "decided" }, { kind: "emptied" });
    expect(state).toMatchObject({ held: [], exhausted: false, count: 4 });
    expect(ids(state.decided)).toEqual(["a"]);
  });

  it("counts what an earlier page left undelivered", () => {
    expect(play(begin(7, 30), { kind: "recalled", decided: 2 })).toMatchObject({ count: 9, open: 28 });
  });

  it("does nothing without work", () => {
    const empty = begin(3, 0);
    expect(play(empty, { kind: "decided" }, { kind: "skipped" }, { kind: "undone" })).toEqual(empty);
  });
});
