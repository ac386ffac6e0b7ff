"use client";

import { useState } from "react";
import { useHeldWork } from "@/components/work/use-held-work";
import { answerWithinMs } from "@/components/work/use-supply";
import { addressOf, call } from "@/lib/platform/http/call";
import { claimItemsOperation, releaseClaimsOperation, skipItemOperation } from "@/lib/validation/api";
import { claimedAtOnce, prefetchedItems } from "@/lib/validation/rules";
import type { DecisionFlag, DecisionInput, DecisionLabel, WorkItem, WorkProgress } from "@/lib/validation/schema";
import { outboxChannel, type RoundAddress, sendDecisions } from "./decision-outbox";

/** `highlighted`: words were highlighted at some time while the document was on the screen */
export type Draft = { flags: DecisionFlag[]; note: string; highlighted: boolean };

const noDraft: Draft = { flags: [], note: "", highlighted: false };

/** The clinician's queue. */
export function useWorkQueue(address: RoundAddress, start: WorkProgress) {
  const { studyId, roundId, personId } = address;
  const params = { studyId, roundId };
  const [pace, setPace] = useState(start.secondsPerDecision);
  const work = useHeldWork<WorkItem, Draft, DecisionLabel, DecisionInput>({
    personId,
    studyId,
    channel: outboxChannel(address),
    send: (decisions) => sendDecisions(address, decisions),
    start,
    prefetched: prefetchedItems,
    claimedAtOnce,
    noDraft,
    async claim(count, holding) {
      const { items, progress, claimedUntil } = await call(claimItemsOperation, {
        params,
        body: { personId, count, holding },
        signal: AbortSignal.timeout(answerWithinMs),
      });
      setPace(progress.secondsPerDecision);
      return { items, open: progress.open, claimedUntil };
    },
    releaseAddress: addressOf(releaseClaimsOperation, params),
    pack: (itemId, label, draft, stamp) => ({ ...draft, ...stamp, itemId, label }),
    unpack: ({ itemId, label }) => ({ itemId, withdrawn: label === null }),
    skip: (itemId) => call(skipItemOperation, { params, body: { personId, itemId } }),
  });
  return { ...work, pace };
}
