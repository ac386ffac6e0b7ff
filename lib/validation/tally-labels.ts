import { database, inTransaction } from "@/lib/platform/database/client";
import { takeRound } from "./round-lock";

/**
 * Counts the LLM labels of one labelling run, all and against what people have decided in one round, from the rows. No decision is
 * under way meanwhile, and labels are counted as one snapshot sees them: from here on decisions keep the tallies exact.
 */
export function tallyLabels(roundId: string, labellingRunId: string): Promise<void> {
  return inTransaction(async (transaction) => {
    await takeRound(transaction, roundId);
    await transaction.qualityTally.deleteMany({ where: { roundId, labellingRunId } });
    await transaction.predictionTally.deleteMany({ where: { roundId, labellingRunId } });
    // Of labels and queues that have just come the planner knows nothing: it would take both for a row or two, and compare each
    // of a hundred thousand labels with every item while the round waits. All rows are wanted, so never by nested loops.
    await transaction.$executeRaw`set local enable_nestloop = off`;
    await transaction.$executeRaw`
      with counted as (
        insert into "QualityTally" ("roundId", "labellingRunId", "stratumId", "outcome", "gold", "count")
        select ${roundId}::uuid, ${labellingRunId}::uuid, item."stratumId", label."outcome",
          coalesce(item."gold"::text, 'unsettled'), count(*)
        from "RoundItem" item
        join "LlmLabel" label on label."labellingRunId" = ${labellingRunId}::uuid and label."itemId" = item."itemId"
        where item."roundId" = ${roundId}::uuid and item."decided" > 0
        group by item."stratumId", label."outcome", coalesce(item."gold"::text, 'unsettled')
      ), predicted as (
        insert into "PredictionTally" ("roundId", "labellingRunId", "stratumId", "outcome", "count")
        select ${roundId}::uuid, ${labellingRunId}::uuid, item."stratumId", label."outcome", count(*)
        from "RoundItem" item
        join "LlmLabel" label on label."labellingRunId" = ${labellingRunId}::uuid and label."itemId" = item."itemId"
        where item."roundId" = ${roundId}::uuid
        group by item."stratumId", label."outcome"
      )
      insert into "TalliedLabelling" ("roundId", "labellingRunId", "labels")
      select ${roundId}::uuid, ${labellingRunId}::uuid, count(*) from "LlmLabel"
      where "labellingRunId" = ${labellingRunId}::uuid
      on conflict ("roundId", "labellingRunId") do update set "labels" = excluded."labels", "talliedAt" = now()`;
  });
}

/**
 * Rounds and ended labelling runs of the same documents (labelledDraws) whose tallies do not hold all labels yet. Looking for them from here,
 * instead of being told, keeps labelling free of what later rooms do with labels, and misses nothing after a crash.
 */
export function findUntalliedLabels(): Promise<{ roundId: string; labellingRunId: string }[]> {
  return database().$queryRaw`
    select round."id" as "roundId", run."id" as "labellingRunId"
    from "Round" round
    join "Draw" own on own."id" = round."drawId"
    join "Draw" labelled on labelled."id" in (own."id", own."parentDrawId", own."extendsDrawId")
      or labelled."extendsDrawId" in (own."id", own."parentDrawId")
    join "LabellingRun" run on run."drawId" = labelled."id" and run."state" in ('paused', 'succeeded', 'failed', 'cancelled')
    left join "TalliedLabelling" tallied on tallied."roundId" = round."id" and tallied."labellingRunId" = run."id"
    where round."state" <> 'draft' and run."medical" + run."nonMedical" + run."unusable" > 0
      and tallied."labels" is distinct from run."medical" + run."nonMedical" + run."unusable"`;
}
