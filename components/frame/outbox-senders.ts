import { sendVotes } from "@/components/judging/vote-outbox";
import { sendAdjudications } from "@/components/validation/adjudication/adjudication-outbox";
import { sendDecisions } from "@/components/validation/decision-outbox";
import type { Senders } from "@/components/work/left-behind";
import type { VoteInput } from "@/lib/judging/schema";
import type { AdjudicationInput } from "@/lib/validation/adjudication/schema";
import type { DecisionInput } from "@/lib/validation/schema";

/** How each kind of outbox is sent from any page; a payload is of the type that its kind's own page put in. */
export const outboxSenders: Senders = {
  decisions: ({ subjectId: roundId, ...address }, payloads) =>
    sendDecisions({ ...address, roundId }, payloads as DecisionInput[]),
  adjudications: ({ subjectId: roundId, ...address }, payloads) =>
    sendAdjudications({ ...address, roundId }, payloads as AdjudicationInput[]),
  votes: ({ subjectId: comparisonId, ...address }, payloads) =>
    sendVotes({ ...address, comparisonId }, payloads as VoteInput[]),
};
