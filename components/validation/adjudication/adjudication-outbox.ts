import { resultsOf, type SendResult } from "@/components/work/outbox";
import { answerWithinMs } from "@/components/work/use-supply";
import { call } from "@/lib/platform/http/call";
import { submitAdjudicationsOperation } from "@/lib/validation/adjudication/api";
import type { AdjudicationInput } from "@/lib/validation/adjudication/schema";
import type { RoundAddress } from "../decision-outbox";

export async function sendAdjudications(
  address: RoundAddress,
  adjudications: AdjudicationInput[],
): Promise<SendResult[]> {
  const { studyId, roundId, personId } = address;
  const { results } = await call(submitAdjudicationsOperation, {
    params: { studyId, roundId },
    body: { personId, adjudications },
    signal: AbortSignal.timeout(answerWithinMs),
  });
  return resultsOf(adjudications, results);
}
