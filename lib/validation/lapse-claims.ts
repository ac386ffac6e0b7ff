import { database } from "@/lib/platform/database/client";
import type { Statements } from "@/lib/platform/database/statements";

const claimsPerStatement = 1000;

/**
 * Lets claims go whose time is over, so that others get the documents. Items that are just being worked on are skipped;
 * the next time comes soon. Items are locked before their claims, as everywhere, so that nothing deadlocks.
 */
export async function lapseClaims(roundId: string | null, transaction: Statements = database()): Promise<number> {
  return transaction.$executeRaw`
    with due as materialized (
      select item."id" from "RoundItem" item
      where item."id" in (
        select "roundItemId" from "Claim"
        where "state" = 'open' and "lapsesAt" < now() and (${roundId}::uuid is null or "roundId" = ${roundId}::uuid)
        limit ${claimsPerStatement}
      )
      for update of item skip locked
    ), lapsed as (
      update "Claim" claim set "state" = 'lapsed' from due
      where claim."roundItemId" = due."id" and claim."state" = 'open' and claim."lapsesAt" < now()
      returning claim."roundItemId"
    )
    update "RoundItem" item set "claimed" = item."claimed" - counted."claims"
    from (select "roundItemId", count(*)::int as "claims" from lapsed group by "roundItemId") counted
    where item."id" = counted."roundItemId"`;
}
