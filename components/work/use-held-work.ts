"use client";

import { useEffect, useReducer, useRef, useState } from "react";
import { beginQueue, type Held, type HeldAction, type HeldQueue, turnQueue } from "./held-queue";
import { newKey } from "./new-key";
import type { SendResult } from "./outbox";
import { useActiveTime } from "./use-active-time";
import { useOutbox } from "./use-outbox";
import { useSupply } from "./use-supply";

const stillOnTheirWay = 10;

/** What the browser adds to every decision. */
export type Stamp = { idempotencyKey: string; activeMs: number; decidedAt: string };

/**
 * Somebody's queue in the browser: the next pieces of work are there before they are needed, decisions leave through the
 * outbox. `Choice` is what is decided, `Payload` what is sent of it.
 */
export function useHeldWork<Item extends { id: string }, Draft, Choice, Payload>(options: {
  personId: string;
  studyId: string;
  /** the outbox's, such as "decisions ROUND PERSON" */
  channel: string;
  send: (payloads: Payload[]) => Promise<SendResult[]>;
  start: { decided: number; open: number };
  /** how many should be at hand behind the one on the screen */
  prefetched: number;
  /** how many are claimed at least when one is missing */
  claimedAtOnce?: number;
  noDraft: Draft;
  claim: (count: number, holding: string[]) => Promise<{ items: Item[]; open: number; claimedUntil: string }>;
  /** where claims are given back */
  releaseAddress: string;
  /** null: the decision on this item is withdrawn */
  pack: (itemId: string, choice: Choice | null, draft: Draft, stamp: Stamp) => Payload;
  unpack: (payload: Payload) => { itemId: string; withdrawn: boolean };
  skip?: (itemId: string) => Promise<unknown>;
}) {
  const { outbox, state: outgoing } = useOutbox<Payload>(options.channel, options.studyId, options.send);
  const [queue, turn] = useReducer(
    (state: HeldQueue<Item, Draft>, action: HeldAction<Item, Draft>) => turnQueue(state, action),
    beginQueue<Item, Draft>(options.start.decided, options.start.open),
  );
  const [recalled, setRecalled] = useState(false);
  const [unstorable, setUnstorable] = useState(false);
  const takeActiveMs = useActiveTime();
  const latest = useRef({ queue, options });
  latest.current = { queue, options };
  const skipping = useRef(new Set<string>());
  const { unpack } = options;

  const claim = async (missing: number) => {
    const undelivered = outbox ? (await outbox.pending()).map((payload) => unpack(payload).itemId) : [];
    const { held, decided } = latest.current.queue;
    // The newest decisions may not be in the outbox yet: storing them takes a moment.
    const mine = [...held, ...decided.slice(-stillOnTheirWay)].map((item) => item.id);
    const holding = new Set([...mine, ...undelivered, ...skipping.current]);
    const { items, open, claimedUntil } = await options.claim(missing, [...holding]);
    turn({ kind: "arrived", items, noDraft: options.noDraft, open, exhausted: items.length < missing });
    return { came: items.length, claimedUntil };
  };
  const { supply, ask, lookAgain } = useSupply({
    personId: options.personId,
    ready: queue.held.length,
    wanted: 1 + options.prefetched,
    atOnce: options.claimedAtOnce,
    exhausted: queue.exhausted,
    claim: outbox ? claim : null,
    releaseAddress: options.releaseAddress,
    onEmptied: () => turn({ kind: "emptied" }),
  });

  // What an earlier page left undelivered is not in the server's count yet.
  useEffect(() => {
    void outbox?.pending().then((payloads) => {
      const { unpack: read } = latest.current.options;
      turn({ kind: "recalled", decided: payloads.reduce((sum, one) => sum + (read(one).withdrawn ? -1 : 1), 0) });
      setRecalled(true);
    });
  }, [outbox]);

  const [current] = queue.held;
  const put = (itemId: string, choice: Choice | null, draft: Draft) => {
    const stamp = { idempotencyKey: newKey(), activeMs: takeActiveMs(), decidedAt: new Date().toISOString() };
    return outbox?.put(options.pack(itemId, choice, draft, stamp));
  };
  /** The browser could not keep it (its disk is full, say): better to show the item again than to lose the decision. */
  const takeBack = () => {
    turn({ kind: "undone" });
    setUnstorable(true);
  };

  return {
    queue,
    current: current as Held<Item, Draft> | undefined,
    supply,
    outgoing,
    unstorable,
    /** the count is right; before, only the server's part of it is known */
    recalled,
    decide(choice: Choice) {
      if (!current || !outbox) return;
      put(current.id, choice, current.draft)?.then(() => setUnstorable(false), takeBack);
      turn({ kind: "decided" });
    },
    /** False where there is nothing to undo. */
    undo(): boolean {
      const last = queue.decided.at(-1);
      if (!last || !outbox) return false;
      put(last.id, null, options.noDraft)?.catch(() => setUnstorable(true));
      turn({ kind: "undone" });
      return true;
    },
    async skip() {
      if (!current || !options.skip) return;
      const item = current;
      skipping.current.add(item.id);
      turn({ kind: "skipped" });
      try {
        await options.skip(item.id);
        skipping.current.delete(item.id);
        const { exhausted, held } = latest.current.queue;
        if (exhausted || held.length <= options.prefetched) void ask();
      } catch {
        skipping.current.delete(item.id);
        turn({ kind: "kept", item });
      }
    },
    note: (draft: Draft) => turn({ kind: "drafted", draft }),
    lookAgain,
    dismissTold: () => void outbox?.dismissTold(),
  };
}
