"use client";

import type { Held } from "@/components/work/held-queue";
import { useHeldWork } from "@/components/work/use-held-work";
import { answerWithinMs } from "@/components/work/use-supply";
import { claimPairsOperation, releasePairsOperation } from "@/lib/judging/api";
import type { VoteInput, VoteOutcome, WorkPair } from "@/lib/judging/schema";
import { addressOf, call } from "@/lib/platform/http/call";
import { type ComparisonAddress, outboxChannel, sendVotes } from "./vote-outbox";

export type VoteDraft = Pick<VoteInput, "reasons" | "note" | "recognised">;
export type Pair = Held<WorkPair, VoteDraft>;

const noDraft: VoteDraft = { reasons: [], note: "", recognised: false };

/** The judge's queue. */
export function usePairs(address: ComparisonAddress, start: { decided: number; open: number }) {
  const { studyId, comparisonId, personId } = address;
  const params = { studyId, comparisonId };
  return useHeldWork<WorkPair, VoteDraft, VoteOutcome, VoteInput>({
    personId,
    studyId,
    channel: outboxChannel(address),
    send: (votes) => sendVotes(address, votes),
    start,
    prefetched: 2,
    noDraft,
    async claim(count, holding) {
      const { pairs, progress, claimedUntil } = await call(claimPairsOperation, {
        params,
        body: { personId, count, holding },
        signal: AbortSignal.timeout(answerWithinMs),
      });
      return { items: pairs, open: progress.open, claimedUntil };
    },
    releaseAddress: addressOf(releasePairsOperation, params),
    pack: (pairId, outcome, draft, stamp) => ({ ...draft, ...stamp, pairId, outcome }),
    unpack: ({ pairId, outcome }) => ({ itemId: pairId, withdrawn: outcome === null }),
  });
}
