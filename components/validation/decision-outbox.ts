import type { SendResult } from "@/components/work/outbox";
import { call } from "@/lib/platform/http/call";
import { submitDecisionsOperation } from "@/lib/validation/api";
import type { DecisionInput } from "@/lib/validation/schema";

export type RoundAddress = { studyId: string; roundId: string; personId: string };

/** What an outbox holds belongs to one person in one round. */
export const outboxChannel = ({ roundId, personId }: RoundAddress) => `decisions ${roundId} ${personId}`;

/** A connection that hangs is as good as none. */
const answerWithinMs = 20_000;

export async function sendDecisions(address: RoundAddress, decisions: DecisionInput[]): Promise<SendResult[]> {
  const { studyId, roundId, personId } = address;
  const { results } = await call(submitDecisionsOperation, {
    params: { studyId, roundId },
    body: { personId, decisions },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  const byKey = new Map(results.map((result) => [result.idempotencyKey, result]));
  return decisions.map(({ idempotencyKey }) => byKey.get(idempotencyKey) ?? { status: "refused", code: "unexpected" });
}
