"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { newKey } from "@/components/work/new-key";
import { useActiveTime } from "@/components/work/use-active-time";
import { useOutbox } from "@/components/work/use-outbox";
import { answerWithinMs, useSupply } from "@/components/work/use-supply";
import { addressOf, call } from "@/lib/platform/http/call";
import { claimItemsOperation, releaseClaimsOperation, skipItemOperation } from "@/lib/validation/api";
import { prefetchedItems } from "@/lib/validation/rules";
import type { DecisionInput, DecisionLabel, WorkProgress } from "@/lib/validation/schema";
import { outboxChannel, type RoundAddress, sendDecisions } from "./decision-outbox";
import { type Draft, emptyDraft, startOf, turnQueue } from "./queue-state";

const stillOnTheirWay = 10;

/** The clinician's queue: the next documents are there before they are needed, decisions leave through the outbox. */
export function useWorkQueue(address: RoundAddress, start: WorkProgress) {
  const { studyId, roundId, personId } = address;
  const params = { studyId, roundId };
  const send = useCallback(
    (decisions: DecisionInput[]) => sendDecisions({ studyId, roundId, personId }, decisions),
    [studyId, roundId, personId],
  );
  const { outbox, state: outgoing } = useOutbox<DecisionInput>(outboxChannel(address), send);
  const [queue, turn] = useReducer(turnQueue, startOf(start.decided, start.open));
  const [recalled, setRecalled] = useState(false);
  const [unstorable, setUnstorable] = useState(false);
  const [pace, setPace] = useState(start.secondsPerDecision);
  const takeActiveMs = useActiveTime();
  const latest = useRef(queue);
  latest.current = queue;
  const skipping = useRef(new Set<string>());
  const claim = async (missing: number) => {
    const undelivered = outbox ? (await outbox.pending()).map((decision) => decision.itemId) : [];
    const { documents, decided } = latest.current;
    // The newest decisions may not be in the outbox yet: storing them takes a moment.
    const mine = [...documents, ...decided.slice(-stillOnTheirWay)].map((document) => document.id);
    const holding = [...mine, ...undelivered, ...skipping.current];
    const { items, progress, claimedUntil } = await call(claimItemsOperation, {
      params,
      body: { personId, count: missing, holding: [...new Set(holding)] },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    setPace(progress.secondsPerDecision);
    turn({ kind: "arrived", items, open: progress.open, exhausted: items.length < missing });
    return { came: items.length, claimedUntil };
  };
  const { supply, ask, lookAgain } = useSupply({
    personId,
    ready: queue.documents.length,
    wanted: 1 + prefetchedItems,
    exhausted: queue.exhausted,
    claim: outbox ? claim : null,
    releaseAddress: addressOf(releaseClaimsOperation, params),
    onEmptied: () => turn({ kind: "emptied" }),
  });

  // What an earlier page left undelivered is not in the server's count yet.
  useEffect(() => {
    void outbox?.pending().then((decisions) => {
      turn({ kind: "recalled", decided: decisions.reduce((sum, { label }) => sum + (label ? 1 : -1), 0) });
      setRecalled(true);
    });
  }, [outbox]);

  const [current] = queue.documents;
  const put = (itemId: string, label: DecisionLabel | null, draft: Draft) =>
    outbox?.put({
      idempotencyKey: newKey(),
      itemId,
      label,
      flags: draft.flags,
      note: draft.note,
      activeMs: takeActiveMs(),
      decidedAt: new Date().toISOString(),
    });
  /** The browser could not keep it (its disk is full, say): better to show the document again than to lose the decision. */
  const takeBack = () => {
    turn({ kind: "undone" });
    setUnstorable(true);
  };

  return {
    queue,
    current,
    supply,
    outgoing,
    pace,
    unstorable,
    /** the count is right; before, only the server's part of it is known */
    recalled,
    decide(label: DecisionLabel) {
      if (!current || !outbox) return;
      put(current.id, label, current.draft)?.then(() => setUnstorable(false), takeBack);
      turn({ kind: "decided", label });
    },
    undo() {
      const last = queue.decided.at(-1);
      if (!last || !outbox) return false;
      put(last.id, null, emptyDraft)?.catch(() => setUnstorable(true));
      turn({ kind: "undone" });
      return true;
    },
    async skip() {
      if (!current) return;
      const item = current;
      skipping.current.add(item.id);
      turn({ kind: "skipped" });
      try {
        await call(skipItemOperation, { params, body: { personId, itemId: item.id } });
        skipping.current.delete(item.id);
        if (latest.current.exhausted || latest.current.documents.length <= prefetchedItems) void ask();
      } catch {
        skipping.current.delete(item.id);
        turn({ kind: "kept", item });
      }
    },
    note: (draft: Draft) => turn({ kind: "drafted", draft }),
    lookAgain,
    dismissRefused: () => void outbox?.dismissRefused(),
  };
}
