import { database } from "@/lib/platform/database/client";
import { may, type StudyActor } from "@/lib/studies/actor";
import { measuredDecisions, paceColumns } from "../pace/measured-decisions";
import type { Pace } from "../pace/schema";
import { readShowPace } from "../pace/show-pace";
import { findReadableRound } from "./readable-round";
import type { PaceView } from "./schema";

const mostParts = 10;
const fewestInPart = 5;

/**
 * How long each person takes for a decision, in all and over the course of their own: for owners, where the study shows
 * it; others learn why they see nothing. Throws 403 `quality_hidden_while_deciding`.
 */
export async function readPace(actor: StudyActor, roundId: string): Promise<PaceView> {
  const round = await findReadableRound(actor, roundId);
  const { showPace } = await readShowPace(actor);
  if (!showPace) return { shown: "off", people: [] };
  if (!may(actor, "audit.read")) return { shown: "owners", people: [] };
  const rows = await database().$queryRaw<(Pace & { personId: string; part: number | null })[]>`
    with numbered as (
      select "personId", "seconds", count(*) over (partition by "personId") as "measured",
        row_number() over (partition by "personId" order by "decidedAt", "id") as "number"
      from (${measuredDecisions([roundId])}) measured
    ), placed as (
      select *, ((("number" - 1) * greatest(1, least(${mostParts}::int, "measured" / ${fewestInPart}::int)))
        / "measured")::int as "part"
      from numbered
    )
    select "personId", "part", ${paceColumns} from placed
    group by grouping sets (("personId"), ("personId", "part"))
    order by "part" nulls first`;
  const paceOf = ({ n, lowerQuartile, median, upperQuartile }: Pace): Pace => ({
    n,
    lowerQuartile,
    median,
    upperQuartile,
  });
  return {
    shown: "shown",
    people: round.members.flatMap(({ personId, person }) => {
      const own = rows.filter((row) => row.personId === personId);
      const all = own.find((row) => row.part === null);
      const parts = own.filter((row) => row.part !== null).map(paceOf);
      return all ? [{ personId, person: person.name, pace: paceOf(all), parts }] : [];
    }),
  };
}
