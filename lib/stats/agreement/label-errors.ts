import { requireFinite, requireShare, StatisticsError } from "../error";
import type { Interval } from "../types";

/** What the labels say against what was predicted: shares of the population, or counts; only proportions matter. */
export type ConfusionCells = {
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  trueNegative: number;
};

type Measure = "precision" | "recall" | "f1" | "prevalence" | "accuracy";
type Figures = Record<Measure, number | null>;

export type LabelErrorSensitivity = {
  /** With the labels as they are. */
  observed: Figures;
  /** If every label is wrong with the same probability, whatever was predicted; limited to what is possible. */
  atRandom: Figures;
  /** The largest error rate at random that the cells allow: with more, there would be more disagreement than was seen. */
  mostAtRandom: number;
  /** Lowest and highest figure if that share of the labels is wrong, wherever the errors are; null without a value. */
  bounds: Record<Measure, Interval | null>;
};

/**
 * How often one rater errs (0 to ½) if two raters of two classes disagree on a share `disagreement` of the items: both err
 * independently, equally often, and alike in both classes, so that disagreement = 2e(1 − e) (the latent class model of
 * Dawid and Skene, Applied Statistics 28, 1979, with one error rate). Errors that both make alike stay unseen.
 *
 * @throws StatisticsError `invalid_argument` for a share outside 0 to 1
 */
export function errorFromDisagreement(disagreement: number): number {
  requireShare(disagreement, "The share of disagreement");
  return disagreement >= 0.5 ? 0.5 : (1 - Math.sqrt(1 - 2 * disagreement)) / 2;
}

/**
 * How often a label on which two raters agreed is wrong (0 to ½), if each errs independently with probability `error`:
 * e² / (e² + (1 − e)²), by Bayes' rule in the same model.
 *
 * @throws StatisticsError `invalid_argument` for an error rate outside 0 to 1
 */
export function errorOfAgreed(error: number): number {
  requireShare(error, "The error rate");
  return error ** 2 / (error ** 2 + (1 - error) ** 2);
}

function figuresOf({ truePositive, falsePositive, falseNegative, trueNegative }: ConfusionCells): Figures {
  const ratio = (numerator: number, denominator: number) => (denominator > 0 ? numerator / denominator : null);
  const total = truePositive + falsePositive + falseNegative + trueNegative;
  return {
    precision: ratio(truePositive, truePositive + falsePositive),
    recall: ratio(truePositive, truePositive + falseNegative),
    f1: ratio(2 * truePositive, 2 * truePositive + falsePositive + falseNegative),
    prevalence: ratio(truePositive + falseNegative, total),
    accuracy: ratio(truePositive + trueNegative, total),
  };
}

/**
 * Cells after the labels of `predicted` items called positive and of `other` items are turned: a positive amount makes
 * positives of negatives, a negative one the reverse; each as far as there are such items.
 */
function turn(cells: ConfusionCells, predicted: number, other: number): ConfusionCells {
  const called = Math.min(cells.falsePositive, Math.max(-cells.truePositive, predicted));
  const missed = Math.min(cells.trueNegative, Math.max(-cells.falseNegative, other));
  return {
    truePositive: cells.truePositive + called,
    falsePositive: cells.falsePositive - called,
    falseNegative: cells.falseNegative + missed,
    trueNegative: cells.trueNegative - missed,
  };
}

/**
 * The wrong labels placed on one side as far as it goes, and the rest on the other, both ways round. Every measure is a
 * ratio of linear functions, so that it is monotone along the line between the two and its extremes are at these ends.
 */
function placements(cells: ConfusionCells, share: number, called: 1 | -1, missed: 1 | -1): ConfusionCells[] {
  const roomCalled = called > 0 ? cells.falsePositive : cells.truePositive;
  const roomMissed = missed > 0 ? cells.trueNegative : cells.falseNegative;
  const [most, least] = [Math.min(share, roomCalled), Math.min(share, roomMissed)];
  return [turn(cells, called * most, missed * (share - most)), turn(cells, called * (share - least), missed * least)];
}

function boundsOf(measure: Measure, cells: ConfusionCells, share: number): Interval | null {
  const signs = [1, -1] as const;
  const values = signs.flatMap((called) =>
    signs.flatMap((missed) => placements(cells, share, called, missed).map((turned) => figuresOf(turned)[measure])),
  );
  // Fewer labels than the share may be wrong too, so the figure as it is lies within.
  const found = [...values, figuresOf(cells)[measure]].filter((value) => value !== null);
  return found.length > 0 ? { lower: Math.min(...found), upper: Math.max(...found) } : null;
}

/**
 * What errors in the labels do to the figures (0 to 1) computed from them, if at most a share `error` (0 to ½) of the
 * labels is wrong. At random: the share of positives among items of each prediction, q, is corrected to (q − e) / (1 − 2e)
 * (Rogan and Gladen, American Journal of Epidemiology 107, 1978, with sensitivity and specificity 1 − e). Anywhere: the
 * sharp bounds of contaminated data (Horowitz and Manski, Econometrica 63, 1995). The draw's own uncertainty comes on top.
 *
 * @throws StatisticsError `invalid_argument`; `empty_input` where all cells are 0
 */
export function labelErrorSensitivity(given: ConfusionCells, error: number): LabelErrorSensitivity {
  requireShare(error, "The error rate");
  for (const [name, size] of Object.entries(given)) {
    requireFinite(size, `The cell ${name}`);
    if (size < 0) throw new StatisticsError("invalid_argument", `The cell ${name} must not be negative.`);
  }
  if (error >= 0.5) throw new StatisticsError("invalid_argument", "An error rate must lie below one half.");
  const total = Object.values(given).reduce((sum, size) => sum + size, 0);
  if (total === 0) throw new StatisticsError("empty_input", "There must be items whose labels could be wrong.");
  const cells: ConfusionCells = {
    truePositive: given.truePositive / total,
    falsePositive: given.falsePositive / total,
    falseNegative: given.falseNegative / total,
    trueNegative: given.trueNegative / total,
  };
  const called = cells.truePositive + cells.falsePositive;
  const rest = cells.falseNegative + cells.trueNegative;
  const corrected = (positive: number, all: number) =>
    Math.min(all, Math.max(0, (positive - error * all) / (1 - 2 * error)));
  const [truePositive, falseNegative] = [corrected(cells.truePositive, called), corrected(cells.falseNegative, rest)];
  const minorities = [
    ...(called > 0 ? [Math.min(cells.truePositive, cells.falsePositive) / called] : []),
    ...(rest > 0 ? [Math.min(cells.falseNegative, cells.trueNegative) / rest] : []),
  ];
  return {
    observed: figuresOf(cells),
    atRandom: figuresOf({
      truePositive,
      falsePositive: called - truePositive,
      falseNegative,
      trueNegative: rest - falseNegative,
    }),
    mostAtRandom: Math.min(...minorities),
    bounds: {
      precision: boundsOf("precision", cells, error),
      recall: boundsOf("recall", cells, error),
      f1: boundsOf("f1", cells, error),
      prevalence: boundsOf("prevalence", cells, error),
      accuracy: boundsOf("accuracy", cells, error),
    },
  };
}
