import type { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { chooseLabelling } from "./choose-labelling";
import { comparisonOf, type PairTally } from "./comparison";
import { findReadableRound, listLabellings, readStrataFor } from "./readable-round";
import type { Comparison, comparisonQuery } from "./schema";

/**
 * Two labelling runs (prompt versions, LLMs) on the same settled documents. Null where one of them is not counted yet, or nobody
 * knows how the documents were chosen.
 * Throws 403 `quality_hidden_while_deciding`, 422 `labelling_not_of_round`, `labellings_are_the_same` and
 * `target_needs_two_phases`.
 */
export async function compareLabellings(
  actor: StudyActor,
  roundId: string,
  query: z.infer<typeof comparisonQuery>,
): Promise<Comparison | null> {
  const round = await findReadableRound(actor, roundId);
  const labellings = await listLabellings(round);
  const first = chooseLabelling(labellings, query.labelling);
  const second = chooseLabelling(labellings, query.second);
  if (first && first.id === second?.id) throw unprocessable("labellings_are_the_same");
  if (first?.state !== "counted" || second?.state !== "counted" || round.convenience) return null;
  const [{ strata }, rows] = await Promise.all([
    readStrataFor(round.drawId, query.target),
    database().$queryRaw<PairTally[]>`
      select queued."stratumId", queued."gold", first."outcome" as "first", second."outcome" as "second",
        count(*)::int as "count"
      from "RoundItem" queued
      join "LlmLabel" first on first."itemId" = queued."itemId" and first."labellingRunId" = ${first.id}::uuid
      join "LlmLabel" second on second."itemId" = queued."itemId" and second."labellingRunId" = ${second.id}::uuid
      where queued."roundId" = ${roundId}::uuid and queued."decided" > 0 and queued."gold" in ('medical', 'non_medical')
      group by queued."stratumId", queued."gold", first."outcome", second."outcome"`,
  ]);
  return comparisonOf(strata, rows, query.target, { first: first.id, second: second.id });
}
