import { database, inTransaction, Prisma } from "@/lib/platform/database/client";
import { countPredictions } from "./count-predictions";
import { labelledDrawsSql } from "./labelled-draws";
import { takeRound } from "./round-lock";

/**
 * Counts the LLM labels of one labelling run, all and against what people have decided in one round, from the rows. No decision
 * is under way while those that people decided on are counted: from here on decisions keep those tallies exact.
 */
export async function tallyLabels(roundId: string, labellingRunId: string): Promise<void> {
  // Before all else: where labels come meanwhile, fewer are noted than there are, and the tallies are built again.
  const labels = await database().llmLabel.count({ where: { labellingRunId } });
  const predictions = await countPredictions(roundId, labellingRunId);
  await inTransaction(async (transaction) => {
    await takeRound(transaction, roundId);
    await transaction.qualityTally.deleteMany({ where: { roundId, labellingRunId } });
    await transaction.predictionTally.deleteMany({ where: { roundId, labellingRunId } });
    await transaction.predictionTally.createMany({
      data: predictions.map((prediction) => ({ roundId, labellingRunId, ...prediction })),
    });
    // As in countPredictions; people wait meanwhile.
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
      )
      insert into "TalliedLabelling" ("roundId", "labellingRunId", "labels")
      values (${roundId}::uuid, ${labellingRunId}::uuid, ${labels})
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
    join (${labelledDrawsSql(Prisma.sql`select "drawId" from "Round" where "state" <> 'draft'`)}) labelled
      on labelled."drawId" = round."drawId"
    join "LabellingRun" run on run."drawId" = labelled."labelledId" and run."state" in ('paused', 'succeeded', 'failed', 'cancelled')
    left join "TalliedLabelling" tallied on tallied."roundId" = round."id" and tallied."labellingRunId" = run."id"
    where round."state" <> 'draft' and run."medical" + run."nonMedical" + run."unusable" > 0
      and tallied."labels" is distinct from run."medical" + run."nonMedical" + run."unusable"`;
}
