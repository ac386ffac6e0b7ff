import { describe, expect, it } from "vitest";
import { emptyDraft, type QueueAction, type QueueState, startOf, turnQueue } from "./queue-state";

const item = (id: string) => ({ id, text: `text of ${id}`, characters: 9 });
const play = (state: QueueState, ...actions: QueueAction[]) => actions.reduce(turnQueue, state);
const arrived = (...ids: string[]): QueueAction => ({
  kind: "arrived",
  items: ids.map(item),
  open: 10,
  exhausted: false,
});
const ids = (documents: { id: string }[]) => documents.map((document) => document.id);

describe("the browser's queue", () => {
  it("shows one document after the other and counts", () => {
    const state = play(startOf(5, 10), arrived("a", "b"), { kind: "decided", label: "medical" });
    expect(ids(state.documents)).toEqual(["b"]);
    expect(state).toMatchObject({ count: 6, open: 9 });
  });

  it("takes no document in twice", () => {
    expect(ids(play(startOf(0, 0), arrived("a", "b"), arrived("b", "c")).documents)).toEqual(["a", "b", "c"]);
  });

  it("takes no document in again that was decided while the answer was under way", () => {
    const state = play(startOf(0, 9), arrived("a", "b"), { kind: "decided", label: "medical" }, arrived("a", "c"));
    expect(ids(state.documents)).toEqual(["b", "c"]);
  });

  it("undoes as far back as the session reaches, with flags and note as they were", () => {
    const draft = { flags: ["other" as const], note: "n" };
    const decided = play(
      startOf(0, 10),
      arrived("a", "b"),
      { kind: "drafted", draft },
      { kind: "decided", label: "medical" },
      { kind: "decided", label: "unsure" },
    );
    const undone = play(decided, { kind: "undone" }, { kind: "undone" }, { kind: "undone" });
    expect(ids(undone.documents)).toEqual(["a", "b"]);
    expect(undone.documents[0]).toMatchObject({ draft });
    expect(undone.documents[0]).not.toHaveProperty("label");
    expect(undone).toMatchObject({ count: 0, open: 10, decided: [] });
  });

  it("keeps a document that could not be skipped, behind the others", () => {
    const state = play(startOf(0, 10), arrived("a", "b"), { kind: "skipped" });
    expect(ids(state.documents)).toEqual(["b"]);
    expect(ids(play(state, { kind: "kept", item: { ...item("a"), draft: emptyDraft } }).documents)).toEqual(["b", "a"]);
  });

  it("counts what an earlier page left undelivered", () => {
    expect(play(startOf(7, 30), { kind: "recalled", decided: 2 })).toMatchObject({ count: 9, open: 28 });
  });

  it("does nothing without a document", () => {
    const empty = startOf(3, 0);
    expect(play(empty, { kind: "decided", label: "medical" }, { kind: "skipped" }, { kind: "undone" })).toEqual(empty);
  });
});
