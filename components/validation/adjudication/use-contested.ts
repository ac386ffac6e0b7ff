"use client";

import { useHeldWork } from "@/components/work/use-held-work";
import { answerWithinMs } from "@/components/work/use-supply";
import { addressOf, call } from "@/lib/platform/http/call";
import {
  claimContestedOperation,
  releaseContestedOperation,
  skipContestedOperation,
} from "@/lib/validation/adjudication/api";
import type { AdjudicationInput, AdjudicationProgress, ContestedItem } from "@/lib/validation/adjudication/schema";
import type { DecisionLabel } from "@/lib/validation/schema";
import type { RoundAddress } from "../decision-outbox";
import { sendAdjudications } from "./adjudication-outbox";

/** `highlighted`: words were highlighted at some time while the document was on the screen */
export type AdjudicationDraft = { note: string; highlighted: boolean };

/** The adjudicator's queue; its outbox is another than that of the person's own decisions. */
export function useContested(address: RoundAddress, start: AdjudicationProgress) {
  const { studyId, roundId, personId } = address;
  const params = { studyId, roundId };
  return useHeldWork<ContestedItem, AdjudicationDraft, DecisionLabel, AdjudicationInput>({
    personId,
    studyId,
    channel: `adjudications ${roundId} ${personId}`,
    send: (adjudications) => sendAdjudications(address, adjudications),
    start,
    prefetched: 1,
    noDraft: { note: "", highlighted: false },
    async claim(count, holding) {
      const { items, progress, claimedUntil } = await call(claimContestedOperation, {
        params,
        body: { personId, count, holding },
        signal: AbortSignal.timeout(answerWithinMs),
      });
      return { items, open: progress.open, claimedUntil };
    },
    releaseAddress: addressOf(releaseContestedOperation, params),
    pack: (itemId, label, draft, stamp) => ({ ...draft, ...stamp, itemId, label }),
    unpack: ({ itemId, label }) => ({ itemId, withdrawn: label === null }),
    skip: (itemId) => call(skipContestedOperation, { params, body: { personId, itemId } }),
  });
}
