import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { keepDecision } from "./keep-decision";
import type { DecisionResult, SubmitDecisionsInput } from "./schema";

/**
 * A batch from the browser's outbox, in its order. Each decision is kept or refused for itself, so that one that can't
 * be kept does not hold up the others. A batch of which nothing could be kept is refused as a whole (409). Throws as
 * `enterRound`.
 */
export async function submitDecisions(
  actor: StudyActor,
  roundId: string,
  input: SubmitDecisionsInput,
): Promise<{ results: DecisionResult[] }> {
  if (input.personId !== actor.personId) throw conflict("other_person_signed_in");
  const results: DecisionResult[] = [];
  for (const decision of input.decisions) results.push(await keepDecision(actor, roundId, decision));
  const [first] = results;
  const refusedAlike = (result: DecisionResult) => result.status === "refused" && result.code === first?.code;
  if (first?.code && results.every(refusedAlike)) throw conflict(first.code);
  return { results };
}
