import { type Estimate, pairedClassification } from "@/lib/stats";
import type { Gold } from "../rules";
import {
  designOf,
  type Estimates,
  estimates,
  inKeyOrder,
  inTallyOrder,
  predictedOf,
  problemOf,
  type StratumSize,
} from "./label-figures";
import {
  type Comparison,
  type FigureProblem,
  type LlmOutcome,
  type PartMeasure,
  partMeasures,
  type Target,
} from "./schema";

/** Settled documents that are alike in what both runs say of them. */
export type PairTally = { stratumId: string; gold: Gold; first: LlmOutcome; second: LlmOutcome; count: number };
type Runs = Record<"first" | "second", string>;
type Differences = { differences: Record<PartMeasure, Estimate> | null; problem: FigureProblem | null };

/** Two labelling runs on the same documents, from counts alone. */
export function comparisonOf(sizes: StratumSize[], counts: PairTally[], target: Target, runs: Runs): Comparison {
  const strata = inKeyOrder(sizes);
  const rows = inTallyOrder(strata, counts, ({ gold, first, second }) => [gold, first, second]);
  const of = (side: "first" | "second") => {
    const tallies = rows.map(({ stratumId, gold, count, ...outcomes }) => {
      return { stratumId, gold, count, outcome: outcomes[side] };
    });
    return estimates(strata, tallies, target, runs[side]);
  };
  const sum = (counts: (row: PairTally) => boolean) =>
    rows.reduce((total, row) => (counts(row) ? total + row.count : total), 0);
  const differ = (row: PairTally) => predictedOf(row.first) !== predictedOf(row.second);
  return {
    first: runs.first,
    second: runs.second,
    target,
    documents: sum(() => true),
    firstRight: sum((row) => differ(row) && predictedOf(row.first) === row.gold),
    secondRight: sum((row) => differ(row) && predictedOf(row.second) === row.gold),
    ...measuresOf(of("first"), of("second"), differencesOf(strata, rows, target, runs)),
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

function differencesOf(strata: StratumSize[], rows: PairTally[], target: Target, runs: Runs): Differences {
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
