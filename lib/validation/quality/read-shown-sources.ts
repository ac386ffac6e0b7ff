import { database } from "@/lib/platform/database/client";
import type { ShownSources } from "./parts";

/** Sources shown by themselves; the others are pooled, unless there is only one. */
const mostSources = 8;

/**
 * The most frequent sources among the documents that people have decided and a labelling run has labelled, for each of the
 * runs. There may be as many sources as documents: what is told apart is chosen by the database.
 */
export async function readShownSources(
  roundId: string,
  labellingRunIds: string[],
): Promise<(labellingRunId: string) => ShownSources> {
  const rows = await database().$queryRaw<(ShownSources & { run: string })[]>`
    with sizes as (
      select label."labellingRunId" as "run", item."source", count(*) as "size"
      from "RoundItem" queued
      join "LlmLabel" label on label."itemId" = queued."itemId" and label."labellingRunId" = any(${labellingRunIds}::uuid[])
      join "Item" item on item."id" = queued."itemId"
      where queued."roundId" = ${roundId}::uuid and queued."decided" > 0 and item."source" <> ''
      group by 1, 2
    ), ranked as (
      select *, row_number() over (partition by "run" order by "size" desc, "source" collate "C") as "place",
        count(*) over (partition by "run") as "sources"
      from sizes
    ), placed as (
      select *, "place" <= ${mostSources}::int or "sources" = ${mostSources + 1}::int as "apart" from ranked
    )
    select "run", array_agg("source" order by "place") filter (where "apart") as "shown",
      (count(*) filter (where not "apart"))::int as "others"
    from placed group by "run"`;
  const found = new Map(rows.map(({ run, shown, others }) => [run, { shown, others }]));
  return (labellingRunId) => found.get(labellingRunId) ?? { shown: [], others: 0 };
}
