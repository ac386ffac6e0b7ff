"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { newKey } from "@/components/work/new-key";
import { useActiveTime } from "@/components/work/use-active-time";
import { useOutbox } from "@/components/work/use-outbox";
import { claimPairsOperation, releasePairsOperation } from "@/lib/judging/api";
import type { VoteInput, VoteOutcome } from "@/lib/judging/schema";
import { addressOf, CallError, call } from "@/lib/platform/http/call";
import { emptyDraft, turnPairs, type VoteDraft } from "./pair-queue";
import { type ComparisonAddress, outboxChannel, sendVotes } from "./vote-outbox";

/** `loading` and `offline` may hold pairs; `stopped` has a problem that trying again does not mend. */
export type Supply = { kind: "loading" | "ready" | "offline" | "signed_out" } | { kind: "stopped"; error: CallError };

const prefetchedPairs = 2;
const answerWithinMs = 20_000;
const firstPauseMs = 1000;
const longestPauseMs = 15_000;

function supplyAfter(error: unknown): Supply {
  if (!(error instanceof CallError)) return { kind: "offline" };
  if (error.status === 401) return { kind: "signed_out" };
  const final = error.status >= 400 && error.status < 500 && error.problem !== null;
  return final ? { kind: "stopped", error } : { kind: "offline" };
}

/** The judge's queue: the next pairs are there before they are needed, votes leave through the outbox. */
export function usePairs(address: ComparisonAddress, start: { decided: number; open: number }) {
  const { studyId, comparisonId, personId } = address;
  const send = useCallback(
    (votes: VoteInput[]) => sendVotes({ studyId, comparisonId, personId }, votes),
    [studyId, comparisonId, personId],
  );
  const { outbox, state: outgoing } = useOutbox<VoteInput>(outboxChannel(address), send);
  const [queue, turn] = useReducer(turnPairs, {
    pairs: [],
    voted: [],
    count: start.decided,
    open: start.open,
    exhausted: false,
  });
  const [supply, setSupply] = useState<Supply>({ kind: "loading" });
  const [unstorable, setUnstorable] = useState(false);
  const takeActiveMs = useActiveTime();
  const latest = useRef(queue);
  latest.current = queue;
  const claimedUntil = useRef<string | null>(null);
  const asking = useRef(false);
  const pause = useRef(firstPauseMs);
  const retry = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const ask = useCallback(async () => {
    const missing = 1 + prefetchedPairs - latest.current.pairs.length;
    if (!outbox || asking.current || missing <= 0) return;
    asking.current = true;
    if (latest.current.pairs.length === 0) setSupply((now) => (now.kind === "ready" ? { kind: "loading" } : now));
    clearTimeout(retry.current);
    try {
      const undelivered = (await outbox.pending()).map((vote) => vote.pairId);
      const holding = [...new Set([...latest.current.pairs.map((pair) => pair.id), ...undelivered])];
      const answer = await call(claimPairsOperation, {
        params: { studyId, comparisonId },
        body: { personId, count: missing, holding },
        signal: AbortSignal.timeout(answerWithinMs),
      });
      const { pairs, progress } = answer;
      claimedUntil.current = answer.claimedUntil;
      pause.current = firstPauseMs;
      // Voted on while the answer was under way, or not delivered yet: it does not come back.
      const voted = new Set([...undelivered, ...latest.current.voted.map((pair) => pair.id)]);
      const fresh = pairs.filter((pair) => !voted.has(pair.id));
      turn({ kind: "arrived", pairs: fresh, open: progress.open, exhausted: pairs.length < missing });
      setSupply({ kind: "ready" });
    } catch (error) {
      const after = supplyAfter(error);
      setSupply(after);
      if (after.kind !== "stopped") {
        retry.current = setTimeout(() => void ask(), pause.current);
        pause.current = Math.min(longestPauseMs, pause.current * 2);
      }
    } finally {
      asking.current = false;
    }
  }, [outbox, studyId, comparisonId, personId]);

  // What an earlier page left undelivered is not in the server's count yet.
  useEffect(() => {
    void outbox?.pending().then((votes) => {
      turn({ kind: "recalled", votes: votes.reduce((sum, { outcome }) => sum + (outcome ? 1 : -1), 0) });
    });
  }, [outbox]);

  // Asked again whenever fewer pairs are ready than should be; once the server had no more, again at the very end.
  const ready = queue.pairs.length;
  useEffect(() => {
    if (ready === 0 || (ready <= prefetchedPairs && !queue.exhausted)) void ask();
  }, [ready, queue.exhausted, ask]);

  useEffect(() => {
    const release = () => {
      if (!claimedUntil.current) return;
      const body = JSON.stringify({ personId, claimedUntil: claimedUntil.current });
      claimedUntil.current = null;
      void fetch(addressOf(releasePairsOperation, { studyId, comparisonId }), {
        method: "POST",
        headers: { "content-type": "application/json" },
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
      // After two hours the pairs may be with others.
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
  }, [ask, studyId, comparisonId, personId]);

  const [current] = queue.pairs;
  const put = (pairId: string, outcome: VoteOutcome | null, draft: VoteDraft) =>
    outbox?.put({
      ...draft,
      idempotencyKey: newKey(),
      pairId,
      outcome,
      activeMs: takeActiveMs(),
      decidedAt: new Date().toISOString(),
    });

  return {
    queue,
    current,
    supply,
    outgoing,
    unstorable,
    vote(outcome: VoteOutcome) {
      if (!current || !outbox) return;
      // The browser could not keep it (its disk is full, say): better to show the pair again than to lose the vote.
      put(current.id, outcome, current.draft)?.then(
        () => setUnstorable(false),
        () => {
          turn({ kind: "undone" });
          setUnstorable(true);
        },
      );
      turn({ kind: "voted" });
    },
    undo() {
      const last = queue.voted.at(-1);
      if (!last || !outbox) return false;
      put(last.id, null, emptyDraft)?.catch(() => setUnstorable(true));
      turn({ kind: "undone" });
      return true;
    },
    draft: (draft: VoteDraft) => turn({ kind: "drafted", draft }),
    lookAgain: () => {
      setSupply({ kind: "loading" });
      void ask();
    },
    dismissRefused: () => void outbox?.dismissRefused(),
  };
}
