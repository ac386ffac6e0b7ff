import { database, Prisma } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { stillDecides } from "@/lib/studies/kept-from";
import { fitToTrain } from "./fit-to-train";
import type { Candidates, CandidatesQuery } from "./schema";

const excerptCharacters = 2000;

/**
 * Documents that may be trained on in this round: with gold from a closed round of the study, or without any from the
 * round's own sample. Throws 404 for rounds of elsewhere, and 409 `round_still_open`: what is decided in an open round
 * nobody reads, nor what was decided elsewhere on documents on which they decide in one.
 */
export async function listCandidates(actor: StudyActor, roundId: string, query: CandidatesQuery): Promise<Candidates> {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    select: { drawId: true, draw: { select: { sample: { select: { id: true, corpusId: true } } } } },
  });
  if (!round) throw notFound();
  if (query.from) {
    const source = await database().round.findFirst({ where: { id: query.from, studyId: actor.studyId } });
    if (!source) throw notFound();
    if (source.state !== "closed") throw conflict("round_still_open");
  }
  const { sample } = round.draw;
  const words = `%${query.search.replace(/[\\%_]/g, (one) => `\\${one}`)}%`;
  const documents = query.from
    ? Prisma.sql`(select "itemId" as "id", "gold" from "RoundItem"
        where "roundId" = ${query.from}::uuid and "gold" is not null)`
    : Prisma.sql`(select "id", null::"DecisionLabel" as "gold" from "Item" where "sampleId" = ${sample.id}::uuid)`;
  const items = await database().$queryRaw<Candidates["items"]>`
    select item."id" as "itemId", left(item."text", ${excerptCharacters}) as "text", item."characters", chosen."gold"
    from ${documents} chosen
    join "Item" item on item."id" = chosen."id"
    join "Sample" sample on sample."id" = item."sampleId" and sample."studyId" = ${actor.studyId}::uuid
    where ${fitToTrain({ drawId: round.drawId, corpusId: sample.corpusId })}
      and item."text" ilike ${words}
      and not ${stillDecides(actor)}
      and ${query.after ? Prisma.sql`item."id" > ${query.after}::uuid` : Prisma.sql`true`}
      and ${query.label ? Prisma.sql`chosen."gold" = ${query.label}::"DecisionLabel"` : Prisma.sql`true`}
    order by item."id"
    limit ${query.limit + 1}`;
  const page = items.slice(0, query.limit);
  return { items: page, next: items.length > query.limit ? (page.at(-1)?.itemId ?? null) : null };
}
