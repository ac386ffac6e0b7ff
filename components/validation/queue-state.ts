import type { DecisionFlag, DecisionLabel, WorkItem } from "@/lib/validation/schema";

export type Draft = { flags: DecisionFlag[]; note: string };
export const emptyDraft: Draft = { flags: [], note: "" };

/** A document at hand, with what its person has noted on it so far. */
export type Document = WorkItem & { draft: Draft };

export type QueueState = {
  /** the first is on the screen, the others are held ready */
  documents: Document[];
  /** decided since the page was opened, newest last: what can be undone */
  decided: (Document & { label: DecisionLabel })[];
  /** own count in the round */
  count: number;
  /** what the server last said is open, without what was decided since */
  open: number;
  /** the last answer had nothing more */
  exhausted: boolean;
};

export type QueueAction =
  | { kind: "arrived"; items: WorkItem[]; open: number; exhausted: boolean }
  | { kind: "recalled"; decided: number }
  | { kind: "drafted"; draft: Draft }
  | { kind: "decided"; label: DecisionLabel }
  | { kind: "undone" }
  | { kind: "skipped" }
  | { kind: "kept"; item: Document }
  | { kind: "emptied" };

export const startOf = (count: number, open: number): QueueState => ({
  documents: [],
  decided: [],
  count,
  open,
  exhausted: false,
});

/** The browser's side of the queue; pure, so that every turn of it can be tested. */
export function turnQueue(state: QueueState, action: QueueAction): QueueState {
  const [current, ...rest] = state.documents;
  switch (action.kind) {
    case "arrived": {
      // What was decided while the answer was under way does not come back.
      const known = new Set([...state.documents, ...state.decided].map((document) => document.id));
      const fresh = action.items.filter((item) => !known.has(item.id)).map((item) => ({ ...item, draft: emptyDraft }));
      return { ...state, documents: [...state.documents, ...fresh], open: action.open, exhausted: action.exhausted };
    }
    case "recalled":
      return { ...state, count: state.count + action.decided, open: Math.max(0, state.open - action.decided) };
    case "drafted":
      return current ? { ...state, documents: [{ ...current, draft: action.draft }, ...rest] } : state;
    case "decided":
      if (!current) return state;
      return {
        ...state,
        documents: rest,
        decided: [...state.decided, { ...current, label: action.label }],
        count: state.count + 1,
        open: Math.max(0, state.open - 1),
      };
    case "undone": {
      const last = state.decided.at(-1);
      if (!last) return state;
      const { label: _, ...document } = last;
      return {
        ...state,
        documents: [document, ...state.documents],
        decided: state.decided.slice(0, -1),
        count: state.count - 1,
        open: state.open + 1,
      };
    }
    case "skipped":
      return current ? { ...state, documents: rest } : state;
    case "kept":
      return { ...state, documents: [...state.documents, action.item] };
    case "emptied":
      return { ...state, documents: [], exhausted: false };
  }
}
