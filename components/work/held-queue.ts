/** A piece of work at hand (a document, a pair), with what its person has noted on it so far. */
export type Held<Item, Draft> = Item & { draft: Draft };

export type HeldQueue<Item, Draft> = {
  /** the first is on the screen, the others are held ready */
  held: Held<Item, Draft>[];
  /** decided since the page was opened, newest last: what can be undone */
  decided: Held<Item, Draft>[];
  /** the person's own count */
  count: number;
  /** what the server last said is open, without what was decided since */
  open: number;
  /** the last answer had nothing more */
  exhausted: boolean;
};

export type HeldAction<Item, Draft> =
  | { kind: "arrived"; items: Item[]; noDraft: Draft; open: number; exhausted: boolean }
  | { kind: "recalled"; decided: number }
  | { kind: "drafted"; draft: Draft }
  | { kind: "kept"; item: Held<Item, Draft> }
  | { kind: "decided" | "undone" | "skipped" | "emptied" };

export function beginQueue<Item, Draft>(count: number, open: number): HeldQueue<Item, Draft> {
  return { held: [], decided: [], count, open, exhausted: false };
}

/** The browser's side of a queue; pure, so that every turn of it can be tested. */
export function turnQueue<Item extends { id: string }, Draft>(
  state: HeldQueue<Item, Draft>,
  action: HeldAction<Item, Draft>,
): HeldQueue<Item, Draft> {
  const [current, ...rest] = state.held;
  switch (action.kind) {
    case "arrived": {
      // What was decided while the answer was under way does not come back.
      const known = new Set([...state.held, ...state.decided].map((item) => item.id));
      const fresh = action.items
        .filter((item) => !known.has(item.id))
        .map((item) => ({ ...item, draft: action.noDraft }));
      return { ...state, held: [...state.held, ...fresh], open: action.open, exhausted: action.exhausted };
    }
    case "recalled":
      return { ...state, count: state.count + action.decided, open: Math.max(0, state.open - action.decided) };
    case "drafted":
      return current ? { ...state, held: [{ ...current, draft: action.draft }, ...rest] } : state;
    case "decided":
      if (!current) return state;
      return {
        ...state,
        held: rest,
        decided: [...state.decided, current],
        count: state.count + 1,
        open: Math.max(0, state.open - 1),
      };
    case "undone": {
      const last = state.decided.at(-1);
      if (!last) return state;
      return {
        ...state,
        held: [last, ...state.held],
        decided: state.decided.slice(0, -1),
        count: state.count - 1,
        open: state.open + 1,
      };
    }
    case "skipped":
      return current ? { ...state, held: rest } : state;
    case "kept":
      return { ...state, held: [...state.held, action.item] };
    case "emptied":
      return { ...state, held: [], exhausted: false };
  }
}
