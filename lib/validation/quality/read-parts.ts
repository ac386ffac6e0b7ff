import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { chooseLabelling } from "./choose-labelling";
import { partsOf, type SourceTally } from "./parts";
import { readShownSources } from "./read-shown-sources";
import { findReadableRound, listLabellings, readStrataFor } from "./readable-round";
import type { Parts, QualityQuery } from "./schema";

/**
 * The LLM's labels against people's in each stratum and each of the most frequent sources. Counts by source are no tally,
 * since there may be as many sources as documents: grouped queries, asked for by themselves, not by the page. Null where the
 * labelling run is not counted yet, or nobody knows how the documents were chosen. Throws 403 `quality_hidden_while_deciding`, 422 `labelling_not_of_round`,
 * 422 `target_needs_two_phases`.
 */
export async function readParts(actor: StudyActor, roundId: string, query: QualityQuery): Promise<Parts | null> {
  const round = await findReadableRound(actor, roundId);
  const labelling = chooseLabelling(await listLabellings(round), query.labelling);
  if (labelling?.state !== "counted" || round.convenience) return null;
  const [{ strata }, shownOf] = await Promise.all([
    readStrataFor(round.drawId, query.target),
    readShownSources(roundId, [labelling.id]),
  ]);
  const sources = shownOf(labelling.id);
  const rows = await database().$queryRaw<SourceTally[]>`
    with counted as (
      select case when item."source" = any(${sources.shown}::text[]) then item."source" end as "source",
        coalesce(item."source", '') <> '' and item."source" <> all(${sources.shown}::text[]) as "others",
        queued."stratumId", label."outcome", coalesce(queued."gold"::text, 'unsettled') as "gold"
      from "RoundItem" queued
      join "LlmLabel" label on label."itemId" = queued."itemId" and label."labellingRunId" = ${labelling.id}::uuid
      join "Item" item on item."id" = queued."itemId"
      where queued."roundId" = ${roundId}::uuid and queued."decided" > 0
    )
    select *, count(*)::int as "count" from counted group by 1, 2, 3, 4, 5`;
  return partsOf(strata, rows, sources, query.target, labelling.id);
}
