import { type FirstPhase, linearisedRatio, type RatioCell, type RatioStratum } from "../sampling/ratio";
import { ratioEstimate } from "../sampling/ratio-estimate";
import type { Estimate, Interval } from "../types";

/**
 * How an item was judged against the positive class; among other classes also whether the prediction was right. `outside`:
 * not of the domain that is estimated, so that it counts in its stratum's sample only.
 */
export type Outcome = "truePositive" | "falsePositive" | "falseNegative" | "otherRight" | "otherWrong" | "outside";

export type Measure = "precision" | "recall" | "f1" | "prevalence" | "accuracy";

/** Every measure is a ratio of totals: what each outcome adds to numerator and denominator. */
const RATIOS: Record<Measure, Record<Outcome, readonly [numerator: number, denominator: number]>> = {
  precision: {
    truePositive: [1, 1],
    falsePositive: [0, 1],
    falseNegative: [0, 0],
    otherRight: [0, 0],
    otherWrong: [0, 0],
    outside: [0, 0],
  },
  recall: {
    truePositive: [1, 1],
    falsePositive: [0, 0],
    falseNegative: [0, 1],
    otherRight: [0, 0],
    otherWrong: [0, 0],
    outside: [0, 0],
  },
  f1: {
    truePositive: [2, 2],
    falsePositive: [0, 1],
    falseNegative: [0, 1],
    otherRight: [0, 0],
    otherWrong: [0, 0],
    outside: [0, 0],
  },
  prevalence: {
    truePositive: [1, 1],
    falsePositive: [0, 1],
    falseNegative: [1, 1],
    otherRight: [0, 1],
    otherWrong: [0, 1],
    outside: [0, 0],
  },
  accuracy: {
    truePositive: [1, 1],
    falsePositive: [0, 1],
    falseNegative: [0, 1],
    otherRight: [1, 1],
    otherWrong: [0, 1],
    outside: [0, 0],
  },
};

/** `weight` of each of these items against others of the stratum. */
export type OutcomeCount = { outcome: Outcome; count: number; weight: number };

/** Items of one stratum by outcome; count 0 for an outcome that the stratum may hold but that was not seen. */
export type OutcomeStratum = { share: number; unsampled: number; items: readonly OutcomeCount[]; group?: number };

/** A stratum needs this many items of each kind before the linearisation is trusted there. */
const SPARSE = 5;
const RANGE: Interval = { lower: 0, upper: 1 };

/** What one item of an outcome adds to numerator and denominator of a measure. */
export function ratioTerms(measure: Measure, outcome: Outcome): readonly [numerator: number, denominator: number] {
  return RATIOS[measure][outcome];
}

/** Adds to the counts of outcomes that share a key. */
function countInto<Key>(counts: Map<Key, number>, stratum: OutcomeStratum, keyOf: (outcome: Outcome) => Key): void {
  for (const { outcome, count } of stratum.items) {
    const key = keyOf(outcome);
    counts.set(key, (counts.get(key) ?? 0) + count);
  }
}

/** Some stratum has few items of a kind that the measure tells apart. */
function isSparse(strata: readonly OutcomeStratum[], measure: Measure): boolean {
  return strata.some((stratum) => {
    const counts = new Map<number, number>();
    countInto(counts, stratum, (outcome) => {
      const [numerator, denominator] = RATIOS[measure][outcome];
      return 3 * numerator + denominator;
    });
    return [...counts.values()].some((count) => count < SPARSE);
  });
}

/** An outcome that matters for the measure and could have been seen, was not seen in any stratum. */
function hasUnseen(strata: readonly OutcomeStratum[], measure: Measure): boolean {
  const counts = new Map<Outcome, number>();
  for (const stratum of strata) countInto(counts, stratum, (outcome) => outcome);
  return [...counts].some(([outcome, count]) => count === 0 && RATIOS[measure][outcome][1] > 0);
}

function ratioStratum(measure: Measure, { share, unsampled, items, group }: OutcomeStratum): RatioStratum {
  return {
    share,
    unsampled,
    ...(group === undefined ? {} : { group }),
    cells: items.map(({ outcome, count, weight }): RatioCell => {
      const [numerator, denominator] = RATIOS[measure][outcome];
      return { numerator: numerator * weight, denominator: denominator * weight, count };
    }),
  };
}

/**
 * Effective sample size of a measure: so many items would a simple random sample of the same population need for the same
 * standard error, that is n over the design effect (Kish, Survey Sampling 1965, section 8.2), from the linearised residuals
 * e of the ratio: estimated population variance of e (Cochran 1977, section 5A.11) over the design's variance of its mean,
 * both without finite-population correction. Null where nothing varies.
 */
export function effectiveSize(
  measure: Measure,
  strata: readonly OutcomeStratum[],
  firstPhase?: FirstPhase,
): number | null {
  const ratioStrata = strata.map((stratum) => ratioStratum(measure, { ...stratum, unsampled: 1 }));
  const ratio = linearisedRatio(ratioStrata, firstPhase);
  if (!ratio || ratio.standardError === 0) return null;
  const moment = (of: (cell: RatioCell) => number) =>
    ratioStrata.reduce((sum, { share, cells }) => {
      const size = cells.reduce((all, cell) => all + cell.count, 0);
      return sum + (share * cells.reduce((all, cell) => all + cell.count * of(cell), 0)) / size;
    }, 0);
  const denominator = moment((cell) => cell.denominator);
  const square = moment((cell) => ((cell.numerator - ratio.value * cell.denominator) / denominator) ** 2);
  const variance = ratio.standardError ** 2;
  return (square + variance) / variance;
}

export function estimateMeasure(
  measure: Measure,
  strata: readonly OutcomeStratum[],
  level: number,
  firstPhase?: FirstPhase,
): Estimate {
  const open = strata.filter((stratum) => stratum.unsampled > 0);
  const estimate = ratioEstimate({
    strata: strata.map((stratum) => ratioStratum(measure, stratum)),
    level,
    range: RANGE,
    sparse: isSparse(open, measure),
    unseen: hasUnseen(open, measure),
    firstPhase,
  });
  if (estimate) return estimate;
  const n = strata.reduce((sum, { items }) => sum + items.reduce((all, item) => all + item.count, 0), 0);
  const method = `no value: the sample has nothing to compute ${measure} from, so it may be anything`;
  return { value: 0, standardError: 0.5, interval: { ...RANGE }, level, n, method };
}
