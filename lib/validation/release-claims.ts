import { inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { enterRound } from "./enter-round";
import { shareRoundAs } from "./round-lock";

/** When somebody leaves: documents that they hold go to the next person at once instead of after two hours. */
export function releaseClaims(
  actor: StudyActor,
  roundId: string,
  input: { personId: string; claimedUntil: string },
): Promise<void> {
  return inTransaction(async (transaction) => {
    await shareRoundAs(transaction, roundId, actor.personId);
    await enterRound(transaction, actor, roundId, input.personId);
    await transaction.$executeRaw`
      with held as materialized (
        select item."id" from "RoundItem" item
        where item."id" in (
          select "roundItemId" from "Claim"
          where "roundId" = ${roundId}::uuid and "personId" = ${actor.personId}::uuid and "state" = 'open'
            and "lapsesAt" <= ${new Date(input.claimedUntil)}
        )
        order by item."position" for update of item
      ), released as (
        update "Claim" claim set "state" = 'released' from held
        where claim."roundItemId" = held."id" and claim."personId" = ${actor.personId}::uuid and claim."state" = 'open'
        returning claim."roundItemId"
      )
      update "RoundItem" item set "claimed" = item."claimed" - 1
      from released where item."id" = released."roundItemId"`;
  });
}
