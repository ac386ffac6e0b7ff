import { database } from "@/lib/platform/database/client";
import { readShownSources } from "../quality/read-shown-sources";
import { listLabellings } from "../quality/readable-round";
import type { ExportHead } from "./read-head";
import type { ExportedRound } from "./schema";

type Outside = ExportedRound["runs"][number]["outside"][number] & { run: string };

/** What the figures of the label quality need beside the rows of the export. */
export async function readExportedRound({ round }: ExportHead): Promise<ExportedRound> {
  const labellings = await listLabellings(round);
  const runIds = labellings.map(({ id }) => id);
  const [sourcesOf, outside] = await Promise.all([
    readShownSources(round.id, runIds),
    round.draw.parentDrawId ? countLabelsOutside(round.id, runIds) : [],
  ]);
  return {
    id: round.id,
    name: round.name,
    state: round.state === "closed" ? "closed" : "open",
    stop_rule: stopRuleOf(round),
    runs: labellings.map(({ id, ...run }) => ({
      run: id,
      run_created_at: run.createdAt,
      model: run.model,
      prompt_language: run.promptLanguage,
      prompt_version: run.promptVersion,
      local: run.local,
      labelled: run.labelled,
      total: run.total,
      state: run.state,
      sources: sourcesOf(id),
      outside: outside.flatMap(({ run: of, ...labels }) => (of === id ? [labels] : [])),
    })),
  };
}

function stopRuleOf(round: ExportHead["round"]): ExportedRound["stop_rule"] {
  const { stopLabellingRunId: run, stopHalfWidth, stopDocuments, stopLower, stopUpper, stoppedAt } = round;
  if (run === null || stopHalfWidth === null) return null;
  return {
    run,
    half_width: stopHalfWidth,
    documents: stopDocuments,
    lower: stopLower,
    upper: stopUpper,
    stopped_at: stoppedAt?.toISOString() ?? null,
  };
}

/** All labels that tell of the strata (countPredictions), less those of the round's own documents. */
function countLabelsOutside(roundId: string, runIds: string[]): Promise<Outside[]> {
  return database().$queryRaw<Outside[]>`
    with own as (
      select label."labellingRunId" as "run", queued."stratumId", label."outcome", count(*) as "count"
      from "RoundItem" queued
      join "LlmLabel" label on label."itemId" = queued."itemId" and label."labellingRunId" = any(${runIds}::uuid[])
      where queued."roundId" = ${roundId}::uuid
      group by 1, 2, 3
    )
    select tally."labellingRunId" as "run", stratum."key" as "stratum", tally."outcome",
      (tally."count" - coalesce(own."count", 0))::int as "count"
    from "PredictionTally" tally
    join "Stratum" stratum on stratum."id" = tally."stratumId"
    left join own on own."run" = tally."labellingRunId" and own."stratumId" = tally."stratumId"
      and own."outcome" = tally."outcome"
    where tally."roundId" = ${roundId}::uuid and tally."labellingRunId" = any(${runIds}::uuid[])
      and tally."count" > coalesce(own."count", 0)
    order by stratum."key" collate "C", tally."outcome"`;
}
