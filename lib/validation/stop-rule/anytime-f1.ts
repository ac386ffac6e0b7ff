import { f1AnytimeInterval, type Interval } from "@/lib/stats";
import { designOf, inKeyOrder, predictedOf, type StratumSize } from "../quality/label-figures";
import type { LlmOutcome } from "../quality/schema";
import type { Gold } from "../rules";

/** Documents of the settled prefix that are alike. */
export type PrefixTally = { stratumId: string; outcome: LlmOutcome; gold: Gold | null; count: number };

/** F1 of the corpus from the settled prefix; of a second phase, the interval holds the first one's uncertainty too. */
export function anytimeF1(strata: Omit<StratumSize, "followedRun">[], counts: PrefixTally[]): Interval {
  const design = designOf(inKeyOrder(strata), "this_corpus");
  return f1AnytimeInterval(
    counts.map(({ stratumId, outcome, gold, count }) => {
      return { stratum: stratumId, truth: gold, predicted: predictedOf(outcome), count };
    }),
    design.strata,
    { positive: "medical", phaseOne: design.phaseOne },
  );
}
