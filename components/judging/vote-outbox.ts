import { resultsOf, type SendResult } from "@/components/work/outbox";
import { answerWithinMs } from "@/components/work/use-supply";
import { submitVotesOperation } from "@/lib/judging/api";
import type { VoteInput } from "@/lib/judging/schema";
import { call } from "@/lib/platform/http/call";

export type ComparisonAddress = { studyId: string; comparisonId: string; personId: string };

/** What an outbox holds belongs to one person in one comparison. */
export const outboxChannel = ({ comparisonId, personId }: ComparisonAddress) => `votes ${comparisonId} ${personId}`;

export async function sendVotes(address: ComparisonAddress, votes: VoteInput[]): Promise<SendResult[]> {
  const { studyId, comparisonId, personId } = address;
  const { results } = await call(submitVotesOperation, {
    params: { studyId, comparisonId },
    body: { personId, votes },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  return resultsOf(votes, results);
}
