import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { chooseLabelling } from "./choose-labelling";
import { type DriftRow, driftOf, fewestInDriftPart, mostDriftParts } from "./drift";
import { findReadableRound, listLabellings } from "./readable-round";
import type { Drift, QualityQuery } from "./schema";

/**
 * Whether what people decide moves while a round goes on. The current decisions that count, in the order in which they
 * were made, are cut into equal parts; in each the share of "medical", of those that say what the LLM says, and of those
 * that say what is gold, the latter where gold rests on more than the one decision, and once nothing on which people differ
 * waits for adjudication: else such documents would be missing, first those of the last part. "Unsure" is an answer that
 * says neither. A browser's clock that runs ahead is held back to the arrival. Asked for by itself, since it reads decisions.
 * Throws 403 `quality_hidden_while_deciding`, 422 `labelling_not_of_round`.
 */
export async function readDrift(actor: StudyActor, roundId: string, query: QualityQuery): Promise<Drift> {
  const round = await findReadableRound(actor, roundId);
  const labelling = chooseLabelling(await listLabellings(round), query.labelling);
  // Nobody knows in which order decisions that were brought in were made.
  if (round.convenience) return driftOf([], 0);
  const open = await database().roundItem.count({ where: { roundId, contested: true, agreed: null, settled: null } });
  const rows = await database().$queryRaw<(Omit<DriftRow, "person"> & { personId: string })[]>`
    with decided as (
      select decision."personId", decision."label", decision."roundItemId",
        (count(*) over ())::int as "decisions",
        (row_number() over (order by least(decision."decidedAt", decision."createdAt"), decision."id"))::int as "number"
      from "Decision" decision
      where decision."roundId" = ${roundId}::uuid and decision."label" is not null and not decision."surplus"
        and not exists (select 1 from "Decision" later where later."correctsId" = decision."id")
    ), cut as (
      select *, least(${mostDriftParts}::int, "decisions" / ${fewestInDriftPart}::int) as "parts" from decided
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
  const named = rows.map(({ personId, ...row }) => ({ ...row, person: round.pseudonyms.get(personId) ?? personId }));
  return driftOf(named, open);
}
