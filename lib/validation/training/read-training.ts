import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import { may, type StudyActor } from "@/lib/studies/actor";
import { ownTrainingItems } from "./own-training";
import type { Training } from "./schema";

type Person = NonNullable<Training["people"]>[number];

/** The training documents as they stand, and how people did: with names for owners, else by document only. */
export async function readTraining(actor: StudyActor, roundId: string): Promise<Training> {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    select: { state: true, trainingVersion: true },
  });
  if (!round) throw notFound();
  const [items, people, rounds] = await Promise.all([
    database().$queryRaw<Training["items"]>`
      select training."id", coalesce(training."text", item."text") as "text", training."itemId",
        training."label", training."explanation", count(answer.*)::int as "answered",
        (count(*) filter (where answer."label" = training."label"))::int as "right"
      from "TrainingItem" training
      left join "Item" item on item."id" = training."itemId"
      left join "TrainingAnswer" answer on answer."trainingItemId" = training."id"
      where training."roundId" = ${roundId}::uuid and training."removedIn" is null
      group by training."id", item."id"
      order by training."position", training."id"`,
    may(actor, "audit.read") ? readPeople(roundId) : null,
    database().round.findMany({
      where: {
        studyId: actor.studyId,
        state: "closed",
        id: { not: roundId },
        roundItems: { some: { gold: { not: null } } },
      },
      orderBy: { closedAt: "desc" },
      select: { id: true, name: true },
    }),
  ]);
  return { version: round.trainingVersion, state: round.state, items, people, rounds };
}

function readPeople(roundId: string): Promise<Person[]> {
  return database().$queryRaw<Person[]>`
    select person."id" as "personId", person."name", count(*)::int as "total", count(answer.*)::int as "answered",
      (count(*) filter (where answer."label" = training."label"))::int as "right"
    from "Round" round
    join "RoundMember" member on member."roundId" = round."id" and member."trainingVersion" is not null
    join "Person" person on person."id" = member."personId"
    cross join lateral (select training.* from ${ownTrainingItems}) training
    left join "TrainingAnswer" answer on answer."trainingItemId" = training."id" and answer."personId" = person."id"
    where round."id" = ${roundId}::uuid
    group by person."id", member."addedAt"
    order by member."addedAt", person."name"`;
}
