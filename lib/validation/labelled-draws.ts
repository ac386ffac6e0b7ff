import { database, Prisma } from "@/lib/platform/database/client";

/**
 * Of some draws ("drawId") those whose labelling runs have labels for their items ("labelledId"): itself, the first phase
 * from which it was drawn, what extends either, and what it extends itself (of each stratum a part by chance); of
 * extensions of extensions too.
 */
export const labelledDrawsSql = (ofDraws: Prisma.Sql) => Prisma.sql`
  with recursive earlier as (
    select "id" as "drawId", "id" as "labelledId", "extendsDrawId" from "Draw" where "id" in (${ofDraws})
    union all
    select earlier."drawId", extended."id", extended."extendsDrawId"
    from earlier join "Draw" extended on extended."id" = earlier."extendsDrawId"
  ), later as (
    select own."id" as "drawId", labelled."id" as "labelledId"
    from "Draw" own join "Draw" labelled on labelled."id" in (own."id", own."parentDrawId")
    where own."id" in (${ofDraws})
    union all
    select later."drawId", extension."id"
    from later join "Draw" extension on extension."extendsDrawId" = later."labelledId"
  )
  select "drawId", "labelledId" from earlier union select "drawId", "labelledId" from later`;

export async function labelledDraws(drawId: string): Promise<string[]> {
  const rows = await database().$queryRaw<{ labelledId: string }[]>(labelledDrawsSql(Prisma.sql`${drawId}::uuid`));
  return rows.map(({ labelledId }) => labelledId);
}
