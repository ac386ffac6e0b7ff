import { database, Prisma } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labelKept, stillDecides } from "@/lib/studies/kept-from";
import { decidesOnSome } from "./decides-on-some";
import type { DecidedItem, DecidedItemsQuery } from "./schema";

const excerptCharacters = 2000;

const conditions = {
  all: Prisma.sql`true`,
  disputed: Prisma.sql`queued."disputed"`,
  unsettled: Prisma.sql`queued."gold" is null`,
  flagged: Prisma.sql`queued."flagged"`,
  llm_differs: Prisma.sql`(queued."gold" = 'medical') <> (label."outcome" = 'medical')`,
};

/**
 * Decided documents of a closed round with everyone's decisions, without names, in the order of the queue. While the round
 * is open (409 `round_still_open`) nobody reads what others decided. Documents on which the actor decides in another, open
 * round are left out (`kept`, told with the first page: there are some). Of those that they may still adjudicate the LLM's label is kept back, as
 * on the adjudicator's screen, and the stratum, since strata may be cut by labels.
 */
export async function listDecidedItems(
  actor: StudyActor,
  roundId: string,
  query: DecidedItemsQuery,
): Promise<{ items: DecidedItem[]; next: number | null; kept: boolean }> {
  const round = await database().round.findFirst({ where: { id: roundId, studyId: actor.studyId } });
  if (!round) throw notFound();
  if (round.state !== "closed") throw conflict("round_still_open");
  const items = await database().$queryRaw<DecidedItem[]>`
    select queued."id", queued."position", item."documentId", left(item."text", ${excerptCharacters}) as "text",
      told."stratum", queued."wanted", coalesce(queued."gold"::text, 'unsettled') as "gold",
      queued."disputed", queued."flagged", queued."settled", label."outcome"::text as "llm",
      (select json_agg(json_build_object('label', decision."label", 'flags', decision."flags", 'note', decision."note")
          order by decision."label", decision."id")
        from "Decision" decision
        where decision."roundItemId" = queued."id" and decision."label" is not null and not decision."surplus"
          and not exists (select 1 from "Decision" later where later."correctsId" = decision."id")) as "decisions"
    from "RoundItem" queued
    join "Item" item on item."id" = queued."itemId"
    join "Stratum" stratum on stratum."id" = queued."stratumId"
    left join lateral (select stratum."key" as "stratum" where not ${labelKept(actor)}) told on true
    left join "LlmLabel" label on label."itemId" = queued."itemId" and told."stratum" is not null
      and label."labellingRunId" = ${query.labelling ?? null}::uuid
    where queued."roundId" = ${roundId}::uuid and queued."decided" > 0 and queued."position" > ${query.after}
      and not ${stillDecides(actor)}
      and ${conditions[query.filter]}
    order by queued."position"
    limit ${query.limit + 1}`;
  const page = items.slice(0, query.limit);
  const next = items.length > query.limit ? (page.at(-1)?.position ?? null) : null;
  return { items: page, next, kept: query.after < 0 && (await decidesOnSome(actor, roundId)) };
}
