import { ppiMean } from "@/lib/stats";
import { designOf, inTallyOrder, predictedOf, problemOf, type StratumSize, type Tally } from "./label-figures";
import type { FigureProblem, LlmOutcome, PredictionPowered, Target } from "./schema";

export type PredictionCount = { stratumId: string; outcome: LlmOutcome; count: number };

const isMedical = (outcome: LlmOutcome) => (predictedOf(outcome) === "medical" ? 1 : 0);

/**
 * The prevalence of medical documents from people's labels and, beyond them, all labels of the LLM on the draw, by stratum,
 * or on the first draw where the round's was drawn from another.
 * A document that people left open counts among those that only the LLM has labelled. A stratum of which people have
 * labelled everything adds their mean, since no prediction is left that could say more. `problem`: why there are no figures
 * at all.
 */
export function predictionPowered(
  strata: StratumSize[],
  tallies: Tally[],
  predictions: PredictionCount[],
  target: Target,
  problem: FigureProblem | null,
): PredictionPowered {
  const settled = inTallyOrder(
    strata,
    tallies.filter((tally) => tally.gold !== "unsettled" && tally.count > 0),
    ({ outcome, gold }) => [outcome, gold],
  );
  const summaries = strata.map(({ id }) => {
    const people = settled.filter((tally) => tally.stratumId === id);
    const own = predictions.filter((prediction) => prediction.stratumId === id);
    const sum = (rows: { outcome: LlmOutcome; count: number }[], of: (outcome: LlmOutcome) => number) =>
      rows.reduce((total, row) => total + row.count * of(row.outcome), 0);
    const count = Math.max(0, sum(own, () => 1) - sum(people, () => 1));
    const mean = count > 0 ? Math.min(1, Math.max(0, (sum(own, isMedical) - sum(people, isMedical)) / count)) : 0;
    const variance = count > 1 ? (mean * (1 - mean) * count) / (count - 1) : 0;
    return { stratum: id, count, mean, variance };
  });
  const unlabelled = summaries.reduce((total, summary) => total + summary.count, 0);
  const labelled = settled.reduce((total, tally) => total + tally.count, 0);
  if (problem) return { estimate: null, labelled, unlabelled, problem };
  if (unlabelled === 0) {
    return { estimate: null, labelled, unlabelled, problem: { code: "all_labelled", strata: [] } };
  }
  const done = new Set(summaries.filter(({ count }) => count === 0).map(({ stratum }) => stratum));
  try {
    const { interval, ...estimate } = ppiMean(
      settled.map(({ stratumId, outcome, gold, count }) => ({
        stratum: stratumId,
        truth: gold === "medical" ? 1 : 0,
        prediction: done.has(stratumId) ? 0 : isMedical(outcome),
        count,
      })),
      summaries.map((summary) => (summary.count === 0 ? { ...summary, count: 1 } : summary)),
      designOf(strata, target),
    );
    const within = (value: number) => Math.min(1, Math.max(0, value));
    const limits = { lower: within(interval.lower), upper: within(interval.upper) };
    return {
      estimate: { ...estimate, value: within(estimate.value), interval: limits },
      labelled,
      unlabelled,
      problem: null,
    };
  } catch (error) {
    return { estimate: null, labelled, unlabelled, problem: problemOf(error, strata) };
  }
}
