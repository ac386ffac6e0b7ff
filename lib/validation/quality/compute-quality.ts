import { agreementFigures, type PatternTally } from "./agreement-figures";
import { chooseLabelling } from "./choose-labelling";
import { consistencyOf, type RepeatCount } from "./consistency";
import { type Adjudicated, goldKinds } from "./gold-kinds";
import { labelErrors } from "./label-errors";
import { convenienceFigures, inKeyOrder, labelQualityFigures, type StratumSize, type Tally } from "./label-figures";
import { type PredictionCount, predictionPowered } from "./prediction-powered";
import type { LabellingChoice, LabelQuality, Quality, QualityQuery } from "./schema";

/** What the figures of a round are computed from; people are named by their pseudonyms. */
export type QualityCounts = {
  round: Omit<Quality["round"], "documents">;
  labellings: LabellingChoice[];
  /** documents that wait for adjudication */
  contested: number;
  patterns: PatternTally[];
  adjudicated: Adjudicated[];
  repeats: RepeatCount[];
  /** of the labelling run that is looked at; null while it is not counted */
  labelled: LabelledCounts | null;
};

export type LabelledCounts = {
  strata: StratumSize[];
  tallies: Tally[];
  /** all labels of the run that tell of the strata */
  predictions: PredictionCount[];
  stopRule: LabelQuality["stopRule"];
};

/** The label quality of a round from counts alone: those that the database keeps, or those of an export. */
export function computeQuality(
  counts: QualityCounts,
  query: QualityQuery,
  nameOf: (pseudonym: string) => string = (pseudonym) => pseudonym,
): Quality {
  const { round, labellings, contested, patterns, adjudicated, repeats, labelled } = counts;
  const chosen = chooseLabelling(labellings, query.labelling);
  const documents = patterns.reduce((sum, tally) => sum + tally.count, 0);
  return {
    round: { ...round, documents },
    gold: goldKinds(patterns, adjudicated),
    contested,
    labellings,
    labelling: chosen?.id ?? null,
    labelQuality: chosen && labelled ? labelQualityOf(counts, chosen.id, labelled, documents, query) : null,
    consistency: consistencyOf(repeats, nameOf),
    agreement: agreementFigures(patterns, nameOf),
  };
}

function labelQualityOf(
  { round, patterns, adjudicated, repeats }: QualityCounts,
  labellingRunId: string,
  { tallies, predictions, stopRule, ...labelled }: LabelledCounts,
  documents: number,
  { target, error }: QualityQuery,
): LabelQuality {
  const strata = inKeyOrder(labelled.strata);
  const compared = tallies.reduce((sum, tally) => sum + tally.count, 0);
  const figures = round.convenience
    ? convenienceFigures(tallies)
    : labelQualityFigures(strata, tallies, target, labellingRunId);
  const gold = goldKinds(patterns, adjudicated);
  return {
    labellingRunId,
    target,
    twoPhases: strata.some(({ phaseOneStratum }) => phaseOneStratum !== null),
    compared,
    unlabelled: documents - compared,
    predictionPowered: predictionPowered(strata, tallies, predictions, target, figures.problem),
    stopRule,
    labelErrors: figures.problem ? null : labelErrors(figures.confusion, gold, patterns, repeats, error),
    ...figures,
  };
}
