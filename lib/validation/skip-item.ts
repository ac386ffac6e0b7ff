import { inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { enterRound } from "./enter-round";
import { putOffRepeat } from "./repeats/take-repeats";
import { shareRoundAs } from "./round-lock";

/**
 * Puts a document back into the queue: others may take it, and to this person it comes back after all others. Nothing
 * happens to one that they do not hold (any more).
 */
export function skipItem(
  actor: StudyActor,
  roundId: string,
  input: { personId: string; itemId: string },
): Promise<void> {
  return inTransaction(async (transaction) => {
    await shareRoundAs(transaction, roundId, actor.personId);
    await enterRound(transaction, actor, roundId, input.personId);
    await putOffRepeat(transaction, actor.personId, input.itemId);
    await transaction.$executeRaw`
      with held as materialized (
        select "id" from "RoundItem"
        where "id" = ${input.itemId}::uuid and "roundId" = ${roundId}::uuid
        for update
      ), released as (
        update "Claim" claim set "state" = 'released', "skippedAt" = now() from held
        where claim."roundItemId" = held."id" and claim."personId" = ${actor.personId}::uuid and claim."state" = 'open'
        returning claim."roundItemId"
      )
      update "RoundItem" item set "claimed" = item."claimed" - 1
      from released where item."id" = released."roundItemId"`;
  });
}
