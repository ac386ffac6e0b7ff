import { type Database, Prisma } from "@/lib/platform/database/client";
import { goesOnElsewhere } from "@/lib/studies/kept-from";
import type { ContestedRound } from "./enter-adjudication";
import type { AdjudicationProgress } from "./schema";

/**
 * Condition on "RoundItem" item: nobody has settled it, no more decisions are awaited, no later round goes on with it, and
 * it was never handed to this person to decide on. That it was handed is enough: a late decision of theirs may still arrive.
 */
export const mayAdjudicate = (round: ContestedRound, personId: string) => Prisma.sql`
  item."roundId" = ${round.id}::uuid and item."contested" and item."settled" is null
  and (${round.state === "closed"} or item."decided" >= item."wanted")
  and not ${goesOnElsewhere(Prisma.sql`${round.id}::uuid`)}
  and not exists (select 1 from "Claim" own
    where own."roundItemId" = item."id" and own."personId" = ${personId}::uuid)`;

export async function readAdjudicationProgress(
  transaction: Database,
  round: ContestedRound,
  personId: string,
): Promise<AdjudicationProgress> {
  const [progress] = await transaction.$queryRaw<AdjudicationProgress[]>`
    select
      (select count(*)::int from "Adjudication" own
        where own."roundId" = ${round.id}::uuid and own."personId" = ${personId}::uuid and own."label" is not null
          and not exists (select 1 from "Adjudication" later where later."correctsId" = own."id")) as "decided",
      (select count(*)::int from "RoundItem" item where ${mayAdjudicate(round, personId)}) as "open"`;
  return progress ?? { decided: 0, open: 0 };
}
