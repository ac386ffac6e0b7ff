import { database } from "@/lib/platform/database/client";
import { StatisticsError, trendOfShares } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { chooseLabelling, findReadableRound, listLabellings } from "./readable-round";
import { type Drift, type DriftMeasure, driftMeasures, type QualityQuery } from "./schema";
import { shareOfDocuments } from "./share-of-documents";

const mostParts = 10;
/** A part of fewer decisions says nothing; fewer than two parts have no order. */
const fewestInPart = 10;

type Row = { decisions: number; parts: number; part: number; personId: string } & Record<
  DriftMeasure | `${DriftMeasure}Of`,
  number
>;

/**
 * Whether what people decide moves while a round goes on. The current decisions that count, in the order in which they
 * were made, are cut into equal parts; in each the share of "medical", of those that say what the LLM says, and of those
 * that say what is gold, the latter where gold rests on more than the one decision, and once nothing waits for adjudication:
 * else documents on which people differ would be missing, first those of the last part. "Unsure" is an answer that says
 * neither. A browser's clock that runs ahead is held back to the arrival. Asked for by itself, since it reads decisions.
 * Throws 403 `quality_hidden_while_deciding`, 422 `labelling_not_of_round`.
 */
export async function readDrift(actor: StudyActor, roundId: string, query: QualityQuery): Promise<Drift> {
  const round = await findReadableRound(actor, roundId);
  const labelling = chooseLabelling(await listLabellings(round), query.labelling);
  // Nobody knows in which order decisions that were brought in were made.
  if (round.convenience) return driftOf([]);
  const contested = await database().roundItem.count({ where: { roundId, contested: true, settled: null } });
  const rows = await database().$queryRaw<Row[]>`
    with decided as (
      select decision."personId", decision."label", decision."roundItemId",
        (count(*) over ())::int as "decisions",
        (row_number() over (order by least(decision."decidedAt", decision."createdAt"), decision."id"))::int as "number"
      from "Decision" decision
      where decision."roundId" = ${roundId}::uuid and decision."label" is not null and not decision."surplus"
        and not exists (select 1 from "Decision" later where later."correctsId" = decision."id")
    ), cut as (
      select *, least(${mostParts}::int, "decisions" / ${fewestInPart}::int) as "parts" from decided
    ), placed as (
      select *, ((("number" - 1)::bigint * "parts") / "decisions")::int as "part" from cut where "parts" > 1
    )
    select placed."decisions", placed."parts", placed."part", placed."personId",
      count(*)::int as "medicalOf", (count(*) filter (where placed."label" = 'medical'))::int as "medical",
      count(label."outcome")::int as "llmOf",
      (count(*) filter (where placed."label" <> 'unsure'
        and (placed."label" = 'medical') = (label."outcome" = 'medical')))::int as "llm",
      (count(*) filter (where queued."gold" is not null and (queued."settled" is not null or queued."decided" > 1)))::int
        as "goldOf",
      (count(*) filter (where queued."gold" = placed."label"
        and (queued."settled" is not null or queued."decided" > 1)))::int as "gold"
    from placed
    join "RoundItem" queued on queued."id" = placed."roundItemId"
    left join "LlmLabel" label on label."itemId" = queued."itemId"
      and label."labellingRunId" = ${labelling?.state === "counted" ? labelling.id : null}::uuid
    group by placed."decisions", placed."parts", placed."part", placed."personId"`;
  return driftOf(contested > 0 ? rows.map((row) => ({ ...row, gold: 0, goldOf: 0 })) : rows);
}

function driftOf(rows: Row[]): Drift {
  const [first] = rows;
  const parts = first?.parts ?? 0;
  const of = (measure: DriftMeasure) => ({
    shares: sharesOf(rows, parts, measure),
    trend: trendOf(rows, parts, measure),
  });
  return {
    decisions: first?.decisions ?? 0,
    parts,
    measures: Object.fromEntries(driftMeasures.map((measure) => [measure, of(measure)])) as Drift["measures"],
  };
}

function sharesOf(rows: Row[], parts: number, measure: DriftMeasure) {
  return Array.from({ length: parts }, (_, part) => {
    const own = rows.filter((row) => row.part === part);
    const n = own.reduce((sum, row) => sum + row[`${measure}Of`], 0);
    const count = own.reduce((sum, row) => sum + row[measure], 0);
    return n > 0 ? { ...shareOfDocuments(count, n), method: "share of decisions, Wilson's interval" } : null;
  });
}

function trendOf(rows: Row[], parts: number, measure: DriftMeasure): Drift["measures"][DriftMeasure]["trend"] {
  const people = [...new Set(rows.map((row) => row.personId))];
  const strata = people.map((personId) =>
    rows
      .filter((row) => row.personId === personId)
      .map((row) => ({ score: row.part, successes: row[measure], trials: row[`${measure}Of`] })),
  );
  try {
    const { slope, interval, z, pValue, n } = trendOfShares(strata);
    const steps = parts - 1;
    return {
      change: slope * steps,
      interval: { lower: interval.lower * steps, upper: interval.upper * steps },
      z,
      pValue,
      n,
    };
  } catch (error) {
    if (error instanceof StatisticsError && error.code === "no_variation") return null;
    throw error;
  }
}
