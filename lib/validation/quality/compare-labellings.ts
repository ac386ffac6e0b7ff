import type { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import { type Estimate, pairedClassification } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { designOf, type Estimates, estimates, predictedOf, problemOf, type StratumSize } from "./label-figures";
import { chooseLabelling, findReadableRound, listLabellings, readStrataFor } from "./readable-round";
import {
  type Comparison,
  type comparisonQuery,
  type FigureProblem,
  type LlmOutcome,
  type PartMeasure,
  partMeasures,
  type Target,
} from "./schema";

type Row = {
  stratumId: string;
  gold: "medical" | "non_medical";
  first: LlmOutcome;
  second: LlmOutcome;
  count: number;
};
type Differences = { differences: Record<PartMeasure, Estimate> | null; problem: FigureProblem | null };

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
    database().$queryRaw<Row[]>`
      select queued."stratumId", queued."gold", first."outcome" as "first", second."outcome" as "second",
        count(*)::int as "count"
      from "RoundItem" queued
      join "LlmLabel" first on first."itemId" = queued."itemId" and first."labellingRunId" = ${first.id}::uuid
      join "LlmLabel" second on second."itemId" = queued."itemId" and second."labellingRunId" = ${second.id}::uuid
      where queued."roundId" = ${roundId}::uuid and queued."decided" > 0 and queued."gold" in ('medical', 'non_medical')
      group by queued."stratumId", queued."gold", first."outcome", second."outcome"`,
  ]);
  const runs = { first: first.id, second: second.id };
  const of = (side: "first" | "second") => {
    const tallies = rows.map(({ stratumId, gold, count, ...outcomes }) => {
      return { stratumId, gold, count, outcome: outcomes[side] };
    });
    return estimates(strata, tallies, query.target, runs[side]);
  };
  const sum = (counts: (row: Row) => boolean) =>
    rows.reduce((total, row) => (counts(row) ? total + row.count : total), 0);
  const differ = (row: Row) => predictedOf(row.first) !== predictedOf(row.second);
  return {
    first: first.id,
    second: second.id,
    target: query.target,
    documents: sum(() => true),
    firstRight: sum((row) => differ(row) && predictedOf(row.first) === row.gold),
    secondRight: sum((row) => differ(row) && predictedOf(row.second) === row.gold),
    ...measuresOf(of("first"), of("second"), differencesOf(strata, rows, query.target, runs)),
  };
}

function measuresOf(first: Estimates, second: Estimates, { differences, problem }: Differences) {
  const shown = partMeasures.map((measure) => {
    const sides = { first: first.figures[measure].estimate, second: second.figures[measure].estimate };
    // Without a value on one side there is no difference to speak of.
    const difference = sides.first && sides.second ? (differences?.[measure] ?? null) : null;
    return [measure, { ...sides, difference }];
  });
  return { measures: Object.fromEntries(shown) as Comparison["measures"], problem: first.problem ?? problem };
}

function differencesOf(
  strata: StratumSize[],
  rows: Row[],
  target: Target,
  runs: Record<"first" | "second", string>,
): Differences {
  const cutBy = strata[0]?.followedRun;
  try {
    const differences = pairedClassification({
      ...designOf(strata, target),
      followed: cutBy === runs.first ? "first" : cutBy === runs.second ? "second" : "neither",
      items: rows.map(({ stratumId, gold, first, second, count }) => ({
        stratum: stratumId,
        truth: gold,
        first: predictedOf(first),
        second: predictedOf(second),
        count,
      })),
      positive: "medical",
    });
    return { differences, problem: null };
  } catch (error) {
    return { differences: null, problem: problemOf(error, strata) };
  }
}
