import { inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { enterComparison } from "./enter-comparison";
import { shareComparisonAs } from "./locks";
import type { ReleasePairsInput } from "./schema";

/** When somebody leaves: pairs that they hold go to the next person at once instead of after two hours. */
export function releasePairs(actor: StudyActor, comparisonId: string, input: ReleasePairsInput): Promise<void> {
  return inTransaction(async (transaction) => {
    await shareComparisonAs(transaction, comparisonId, actor.personId);
    await enterComparison(transaction, actor, comparisonId, input.personId);
    await transaction.$executeRaw`
      with held as materialized (
        select pair."id" from "Pair" pair
        where pair."id" in (
          select "pairId" from "PairClaim"
          where "comparisonId" = ${comparisonId}::uuid and "personId" = ${actor.personId}::uuid and "state" = 'open'
            and "lapsesAt" <= ${new Date(input.claimedUntil)}
        )
        order by pair."position" for update of pair
      ), released as (
        update "PairClaim" claim set "state" = 'released' from held
        where claim."pairId" = held."id" and claim."personId" = ${actor.personId}::uuid and claim."state" = 'open'
        returning claim."pairId"
      )
      update "Pair" pair set "claimed" = pair."claimed" - 1
      from released where pair."id" = released."pairId"`;
  });
}
