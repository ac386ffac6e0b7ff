import { inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { shareRoundAs } from "../round-lock";
import { enterAdjudication } from "./enter-adjudication";

/** When somebody leaves: contested documents that they hold go to the next adjudicator at once. */
export function releaseContested(
  actor: StudyActor,
  roundId: string,
  input: { personId: string; claimedUntil: string },
): Promise<void> {
  return inTransaction(async (transaction) => {
    await shareRoundAs(transaction, roundId, actor.personId);
    await enterAdjudication(transaction, actor, roundId, input.personId);
    await transaction.roundItem.updateMany({
      where: { roundId, adjudicatorId: actor.personId, adjudicationLapsesAt: { lte: new Date(input.claimedUntil) } },
      data: { adjudicatorId: null, adjudicationLapsesAt: null },
    });
  });
}

/** Puts a contested document back; it comes after all others. Nothing happens to one that the person does not hold. */
export function skipContested(
  actor: StudyActor,
  roundId: string,
  input: { personId: string; itemId: string },
): Promise<void> {
  return inTransaction(async (transaction) => {
    await shareRoundAs(transaction, roundId, actor.personId);
    await enterAdjudication(transaction, actor, roundId, input.personId);
    await transaction.roundItem.updateMany({
      where: { id: input.itemId, roundId, adjudicatorId: actor.personId },
      data: { adjudicatorId: null, adjudicationLapsesAt: null, adjudicationSkippedAt: new Date() },
    });
  });
}
