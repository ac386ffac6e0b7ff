import { subsampleDesignSchema } from "@/lib/corpus/schema";
import { inTransaction } from "@/lib/platform/database/client";
import type { PredictionCount } from "./quality/prediction-powered";
import { countFirstPhase } from "./sampling/second-phase";

/**
 * All labels of a labelling run that tell of a round's strata, decided or not: those on its draw, and of a second phase
 * those on all documents of the first, of which it is a part by chance in each stratum.
 */
export function countPredictions(roundId: string, labellingRunId: string): Promise<PredictionCount[]> {
  return inTransaction(async (transaction) => {
    // Of labels and queues that have just come the planner knows nothing: it would take both for a row or two, and compare
    // each of a hundred thousand labels with every item. All rows are wanted, so never by nested loops.
    await transaction.$executeRaw`set local enable_nestloop = off`;
    const { draw } = await transaction.round.findUniqueOrThrow({ where: { id: roundId }, select: { draw: true } });
    const design = subsampleDesignSchema.safeParse(draw.design);
    if (draw.parentDrawId && design.success) {
      const counts = await countFirstPhase(transaction, draw.id, draw.parentDrawId, design.data, labellingRunId);
      if (counts) return counts;
    }
    return transaction.$queryRaw<PredictionCount[]>`
      select item."stratumId", label."outcome", count(*)::int as "count"
      from "RoundItem" item
      join "LlmLabel" label on label."labellingRunId" = ${labellingRunId}::uuid and label."itemId" = item."itemId"
      where item."roundId" = ${roundId}::uuid
      group by item."stratumId", label."outcome"`;
  });
}
