"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { newKey } from "@/components/work/new-key";
import { useActiveTime } from "@/components/work/use-active-time";
import { useOutbox } from "@/components/work/use-outbox";
import { addressOf, CallError, call } from "@/lib/platform/http/call";
import { claimItemsOperation, releaseClaimsOperation, skipItemOperation } from "@/lib/validation/api";
import { prefetchedItems } from "@/lib/validation/rules";
import type { DecisionInput, DecisionLabel, WorkProgress } from "@/lib/validation/schema";
import { outboxChannel, type RoundAddress, sendDecisions } from "./decision-outbox";
import { type Draft, emptyDraft, startOf, turnQueue } from "./queue-state";

/** `loading` and `offline` may hold documents; `stopped` has a problem that trying again does not mend. */
export type Supply = { kind: "loading" | "ready" | "offline" | "signed_out" } | { kind: "stopped"; error: CallError };

const answerWithinMs = 20_000;
const firstPauseMs = 1000;
const longestPauseMs = 15_000;

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
  const [supply, setSupply] = useState<Supply>({ kind: "loading" });
  const [recalled, setRecalled] = useState(false);
  const [unstorable, setUnstorable] = useState(false);
  const [pace, setPace] = useState(start.secondsPerDecision);
  const takeActiveMs = useActiveTime();
  const latest = useRef(queue);
  latest.current = queue;
  const claimedUntil = useRef<string | null>(null);
  const asking = useRef(false);
  const skipping = useRef(new Set<string>());
  const pause = useRef(firstPauseMs);
  const retry = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const ask = useCallback(async () => {
    const missing = 1 + prefetchedItems - latest.current.documents.length;
    if (!outbox || asking.current || missing <= 0) return;
    asking.current = true;
    if (latest.current.documents.length === 0) setSupply((now) => (now.kind === "ready" ? { kind: "loading" } : now));
    clearTimeout(retry.current);
    try {
      const undelivered = (await outbox.pending()).map((decision) => decision.itemId);
      const holding = [...latest.current.documents.map((document) => document.id), ...undelivered, ...skipping.current];
      const answer = await call(claimItemsOperation, {
        params: { studyId, roundId },
        body: { personId, count: missing, holding: [...new Set(holding)] },
        signal: AbortSignal.timeout(answerWithinMs),
      });
      claimedUntil.current = answer.claimedUntil;
      pause.current = firstPauseMs;
      setPace(answer.progress.secondsPerDecision);
      const { items, progress } = answer;
      turn({ kind: "arrived", items, open: progress.open, exhausted: items.length < missing });
      setSupply({ kind: "ready" });
    } catch (error) {
      if (
        error instanceof CallError &&
        error.status >= 400 &&
        error.status < 500 &&
        error.status !== 401 &&
        error.problem
      ) {
        setSupply({ kind: "stopped", error });
      } else {
        setSupply({ kind: error instanceof CallError && error.status === 401 ? "signed_out" : "offline" });
        retry.current = setTimeout(() => void ask(), pause.current);
        pause.current = Math.min(longestPauseMs, pause.current * 2);
      }
    } finally {
      asking.current = false;
    }
  }, [outbox, studyId, roundId, personId]);

  // What an earlier page left undelivered is not in the server's count yet.
  useEffect(() => {
    void outbox?.pending().then((decisions) => {
      turn({ kind: "recalled", decided: decisions.reduce((sum, { label }) => sum + (label ? 1 : -1), 0) });
      setRecalled(true);
    });
  }, [outbox]);

  // Asked again whenever fewer documents are ready than should be; once the server had no more, again at the very end.
  const ready = queue.documents.length;
  useEffect(() => {
    if (ready === 0 || (ready <= prefetchedItems && !queue.exhausted)) void ask();
  }, [ready, queue.exhausted, ask]);

  useEffect(() => {
    const release = () => {
      if (!claimedUntil.current) return;
      const body = JSON.stringify({ personId, claimedUntil: claimedUntil.current });
      claimedUntil.current = null;
      const headers = { "content-type": "application/json" };
      void fetch(addressOf(releaseClaimsOperation, { studyId, roundId }), {
        method: "POST",
        headers,
        body,
        keepalive: true,
      }).catch(() => undefined);
    };
    const startOver = () => {
      turn({ kind: "emptied" });
      setSupply({ kind: "loading" });
    };
    const shown = (event: PageTransitionEvent) => {
      if (event.persisted) startOver();
    };
    const lookAgain = () => {
      if (document.hidden) return;
      // After two hours the documents may be with others.
      if (claimedUntil.current && new Date(claimedUntil.current).getTime() < Date.now()) startOver();
      else void ask();
    };
    window.addEventListener("pagehide", release);
    window.addEventListener("pageshow", shown);
    window.addEventListener("online", lookAgain);
    document.addEventListener("visibilitychange", lookAgain);
    return () => {
      clearTimeout(retry.current);
      release();
      window.removeEventListener("pagehide", release);
      window.removeEventListener("pageshow", shown);
      window.removeEventListener("online", lookAgain);
      document.removeEventListener("visibilitychange", lookAgain);
    };
  }, [ask, studyId, roundId, personId]);

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
    lookAgain: () => {
      setSupply({ kind: "loading" });
      void ask();
    },
    dismissRefused: () => void outbox?.dismissRefused(),
    sendNow: () => void outbox?.flush(),
  };
}
