import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { type Database, database } from "@/lib/platform/database/client";

/** Lets claims go whose time is over. Pairs are locked before their claims, as everywhere, so that nothing deadlocks. */
export async function lapsePairClaims(
  comparisonId: string | null,
  transaction: Database = database(),
): Promise<number> {
  return transaction.$executeRaw`
    with due as materialized (
      select pair."id" from "Pair" pair
      where pair."id" in (
        select "pairId" from "PairClaim"
        where "state" = 'open' and "lapsesAt" < now()
          and (${comparisonId}::uuid is null or "comparisonId" = ${comparisonId}::uuid)
        limit 1000
      )
      for update of pair skip locked
    ), lapsed as (
      update "PairClaim" claim set "state" = 'lapsed' from due
      where claim."pairId" = due."id" and claim."state" = 'open' and claim."lapsesAt" < now()
      returning claim."pairId"
    )
    update "Pair" pair set "claimed" = pair."claimed" - counted."claims"
    from (select "pairId", count(*)::int as "claims" from lapsed group by "pairId") counted
    where pair."id" = counted."pairId"`;
}

export const lapsePairClaimsJob = defineJob({
  name: "judging.lapse-claims",
  payload: z.object({}),
  everySeconds: 60,
  run: async () => {
    await lapsePairClaims(null);
  },
});
