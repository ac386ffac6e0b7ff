"use client";

import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { newKey } from "@/components/work/new-key";
import { useActiveTime } from "@/components/work/use-active-time";
import { useOutbox } from "@/components/work/use-outbox";
import { answerWithinMs, useSupply } from "@/components/work/use-supply";
import { claimPairsOperation, releasePairsOperation } from "@/lib/judging/api";
import type { VoteInput, VoteOutcome } from "@/lib/judging/schema";
import { addressOf, call } from "@/lib/platform/http/call";
import { emptyDraft, turnPairs, type VoteDraft } from "./pair-queue";
import { type ComparisonAddress, outboxChannel, sendVotes } from "./vote-outbox";

const prefetchedPairs = 2;
const stillOnTheirWay = 10;

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
  const [unstorable, setUnstorable] = useState(false);
  const takeActiveMs = useActiveTime();
  const latest = useRef(queue);
  latest.current = queue;
  const claim = async (missing: number) => {
    const undelivered = outbox ? (await outbox.pending()).map((vote) => vote.pairId) : [];
    // The newest votes may not be in the outbox yet: storing them takes a moment.
    const mine = [...latest.current.pairs, ...latest.current.voted.slice(-stillOnTheirWay)].map((pair) => pair.id);
    const holding = [...new Set([...mine, ...undelivered])];
    const { pairs, progress, claimedUntil } = await call(claimPairsOperation, {
      params: { studyId, comparisonId },
      body: { personId, count: missing, holding },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    turn({ kind: "arrived", pairs, open: progress.open, exhausted: pairs.length < missing });
    return { came: pairs.length, claimedUntil };
  };
  const { supply, lookAgain } = useSupply({
    personId,
    ready: queue.pairs.length,
    wanted: 1 + prefetchedPairs,
    exhausted: queue.exhausted,
    claim: outbox ? claim : null,
    releaseAddress: addressOf(releasePairsOperation, { studyId, comparisonId }),
    onEmptied: () => turn({ kind: "emptied" }),
  });

  // What an earlier page left undelivered is not in the server's count yet.
  useEffect(() => {
    void outbox?.pending().then((votes) => {
      turn({ kind: "recalled", votes: votes.reduce((sum, { outcome }) => sum + (outcome ? 1 : -1), 0) });
    });
  }, [outbox]);

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
    lookAgain,
    dismissRefused: () => void outbox?.dismissRefused(),
  };
}
