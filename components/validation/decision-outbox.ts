import { resultsOf, type SendResult } from "@/components/work/outbox";
import { answerWithinMs } from "@/components/work/use-supply";
import { call } from "@/lib/platform/http/call";
import { submitDecisionsOperation } from "@/lib/validation/api";
import type { DecisionInput } from "@/lib/validation/schema";

export type RoundAddress = { studyId: string; roundId: string; personId: string };

/** What an outbox holds belongs to one person in one round. */
export const outboxChannel = ({ roundId, personId }: RoundAddress) => `decisions ${roundId} ${personId}`;

export async function sendDecisions(address: RoundAddress, decisions: DecisionInput[]): Promise<SendResult[]> {
  const { studyId, roundId, personId } = address;
  const { results } = await call(submitDecisionsOperation, {
    params: { studyId, roundId },
    body: { personId, decisions },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  return resultsOf(decisions, results);
}
