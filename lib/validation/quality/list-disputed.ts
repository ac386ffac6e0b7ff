import { database } from "@/lib/platform/database/client";
import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { stillDecides } from "@/lib/studies/kept-from";
import { findReadableRound } from "./readable-round";
import { type DisputedDocument, excerptCharacters, mostDisputed } from "./schema";

/**
 * The documents of a closed round on which people differed most, then those with most flags, then those with most notes.
 * While the round is open (409 `round_still_open`) nobody reads what others decided, and nobody what was decided on documents
 * on which they decide in another, open round: as in listDecidedItems.
 */
export async function listDisputed(actor: StudyActor, roundId: string): Promise<{ documents: DisputedDocument[] }> {
  const round = await findReadableRound(actor, roundId);
  if (round.state !== "closed") throw conflict("round_still_open");
  const documents = await database().$queryRaw<DisputedDocument[]>`
    with counted as (
      select decision."roundItemId", decision."label", cardinality(decision."flags") as "flags", decision."note"
      from "Decision" decision
      where decision."roundId" = ${roundId}::uuid and decision."label" is not null and not decision."surplus"
        and (decision."note" <> '' or decision."roundItemId" in (
          select "id" from "RoundItem" where "roundId" = ${roundId}::uuid and ("disputed" or "flagged")))
        and not exists (select 1 from "Decision" later where later."correctsId" = decision."id")
    ), ranked as (
      select "roundItemId", sum("decisions")::int as "decisions", (sum("decisions") - max("decisions"))::int as "differing",
        sum("flags")::int as "flags", sum("notes")::int as "notes"
      from (
        select "roundItemId", count(*) as "decisions", sum("flags") as "flags",
          count(*) filter (where "note" <> '') as "notes"
        from counted group by "roundItemId", "label"
      ) labels
      group by "roundItemId"
    )
    select queued."position", item."documentId", left(item."text", ${excerptCharacters}) as "excerpt",
      queued."decided" as "decisions", ranked."differing", ranked."flags", ranked."notes",
      coalesce(queued."gold"::text, 'unsettled') as "gold"
    from ranked
    join "RoundItem" queued on queued."id" = ranked."roundItemId" and queued."roundId" = ${roundId}::uuid
    join "Item" item on item."id" = queued."itemId" and not ${stillDecides(actor)}
    order by ranked."differing" desc, ranked."flags" desc, ranked."notes" desc, queued."position"
    limit ${mostDisputed}`;
  return { documents };
}
