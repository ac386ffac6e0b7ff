import { database, Prisma } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { enterRound } from "../enter-round";
import { measuredDecisions, paceColumns } from "../pace/measured-decisions";
import type { Pace } from "../pace/schema";
import { countRepeats } from "../quality/read-consistency";
import { shareOfDocuments } from "../quality/share-of-documents";
import { openForPerson } from "../rules";
import type { OwnRecord } from "./schema";

const newest = 5;

/**
 * The person's own figures of one round; null while they still have something to do in it. Throws 404, 403 `not_in_round`.
 */
export async function readOwnRecord(actor: StudyActor, roundId: string): Promise<OwnRecord | null> {
  await enterRound(database(), actor, roundId, actor.personId);
  const [record] = await readRecords(actor, Prisma.sql`round."id" = ${roundId}::uuid`);
  return record ?? null;
}

/** Of the newest rounds in which the person's part is done. */
export function listOwnRecords(actor: StudyActor): Promise<OwnRecord[]> {
  return readRecords(actor, Prisma.sql`true`);
}

type Row = {
  roundId: string;
  name: string;
  state: "open" | "closed";
  items: number;
  wanted: number;
  decided: number;
  quota: number | null;
  stoppedAt: Date | null;
  ownDecided: number;
  repeatsDue: boolean;
};

async function readRecords(actor: StudyActor, which: Prisma.Sql): Promise<OwnRecord[]> {
  const rows = await database().$queryRaw<Row[]>`
    select round."id" as "roundId", round."name", round."state", round."items", round."wanted", round."decided",
      round."quota", round."stoppedAt", member."decided" as "ownDecided",
      exists (select 1 from "Repeat" repeat where repeat."roundId" = round."id"
        and repeat."personId" = member."personId" and repeat."label" is null
        and repeat."dueAtLast" <= member."decided") as "repeatsDue"
    from "Round" round
    join "RoundMember" member on member."roundId" = round."id" and member."personId" = ${actor.personId}::uuid
    where round."studyId" = ${actor.studyId}::uuid and round."state" in ('open', 'closed') and member."decided" > 0
      and ${which}
    order by round."openedAt" desc nulls last, round."id"`;
  const done = rows.filter(isDone).slice(0, newest);
  const roundIds = done.map(({ roundId }) => roundId);
  if (roundIds.length === 0) return [];
  const [repeats, paces] = await Promise.all([
    countRepeats({ roundIds, personId: actor.personId }),
    readOwnPaces(actor, roundIds),
  ]);
  return done.map(({ roundId, name, ownDecided }) => {
    const counted = repeats.find((one) => one.roundId === roundId);
    const pace = paces.find((one) => one.roundId === roundId);
    return {
      roundId,
      name,
      decided: ownDecided,
      consistency: counted
        ? {
            repeats: counted.repeats,
            same: counted.same,
            share: shareOfDocuments(counted.same, counted.repeats),
          }
        : null,
      pace: pace
        ? { n: pace.n, lowerQuartile: pace.lowerQuartile, median: pace.median, upperQuartile: pace.upperQuartile }
        : null,
    };
  });
}

/**
 * Figures of repeats come only when no more repeats can: as long as the person decides, how many there were and how they
 * went would tell which documents they were, and whoever looks out for repeats no longer decides as with any other.
 */
function isDone(row: Row): boolean {
  if (row.state === "closed") return true;
  return openForPerson(row, row.ownDecided) === 0 && (row.stoppedAt !== null || !row.repeatsDue);
}

async function readOwnPaces(actor: StudyActor, roundIds: string[]): Promise<(Pace & { roundId: string })[]> {
  return database().$queryRaw`
    select measured."roundId", ${paceColumns}
    from (${measuredDecisions(roundIds)}) measured
    where measured."personId" = ${actor.personId}::uuid
      and (select "showPace" from "Study" where "id" = ${actor.studyId}::uuid)
    group by measured."roundId"`;
}
