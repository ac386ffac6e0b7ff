import type { VoteInput, WorkPair } from "@/lib/judging/schema";

export type VoteDraft = Pick<VoteInput, "reasons" | "note" | "recognised">;
export const emptyDraft: VoteDraft = { reasons: [], note: "", recognised: false };

/** A pair at hand, with what its judge has noted on it so far. */
export type Pair = WorkPair & { draft: VoteDraft };

export type PairQueue = {
  /** the first is on the screen, the others are held ready */
  pairs: Pair[];
  /** voted on since the page was opened, newest last: what can be undone */
  voted: Pair[];
  /** own count in the comparison */
  count: number;
  /** what the server last said is open, without what was voted on since */
  open: number;
  /** the last answer had nothing more */
  exhausted: boolean;
};

export type PairAction =
  | { kind: "arrived"; pairs: WorkPair[]; open: number; exhausted: boolean }
  | { kind: "recalled"; votes: number }
  | { kind: "drafted"; draft: VoteDraft }
  | { kind: "voted" | "undone" | "emptied" };

/** The browser's side of the queue; pure. */
export function turnPairs(state: PairQueue, action: PairAction): PairQueue {
  const [current, ...rest] = state.pairs;
  switch (action.kind) {
    case "arrived": {
      // What was voted on while the answer was under way does not come back.
      const known = new Set([...state.pairs, ...state.voted].map((pair) => pair.id));
      const fresh = action.pairs.filter((pair) => !known.has(pair.id)).map((pair) => ({ ...pair, draft: emptyDraft }));
      return { ...state, pairs: [...state.pairs, ...fresh], open: action.open, exhausted: action.exhausted };
    }
    case "recalled":
      return { ...state, count: state.count + action.votes, open: Math.max(0, state.open - action.votes) };
    case "drafted":
      return current ? { ...state, pairs: [{ ...current, draft: action.draft }, ...rest] } : state;
    case "voted":
      if (!current) return state;
      return {
        ...state,
        pairs: rest,
        voted: [...state.voted, current],
        count: state.count + 1,
        open: Math.max(0, state.open - 1),
      };
    case "undone": {
      const last = state.voted.at(-1);
      if (!last) return state;
      return {
        ...state,
        pairs: [last, ...state.pairs],
        voted: state.voted.slice(0, -1),
        count: state.count - 1,
        open: state.open + 1,
      };
    }
    case "emptied":
      return { ...state, pairs: [], exhausted: false };
  }
}
