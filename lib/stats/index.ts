export { cohenKappa } from "./agreement/cohen-kappa";
export { fleissKappa } from "./agreement/fleiss-kappa";
export { gwetAC1 } from "./agreement/gwet-ac1";
export { type AlphaOptions, krippendorffAlpha } from "./agreement/krippendorff-alpha";
export {
  type ConfusionCells,
  errorFromDisagreement,
  errorOfAgreed,
  type LabelErrorSensitivity,
  labelErrorSensitivity,
} from "./agreement/label-errors";
export type { AgreementOptions, Rating } from "./agreement/rating-table";
export { specificAgreement } from "./agreement/specific-agreement";
export type { ScoredItem } from "./classification/curve-sample";
export {
  type F1SequenceOptions,
  f1AnytimeInterval,
  f1ConfidenceSequence,
} from "./classification/f1-confidence-sequence";
export type { Judged } from "./classification/judged-sample";
export {
  type PairedClassificationInput,
  type PairedItem,
  pairedClassification,
} from "./classification/paired-classification";
export {
  type PrecisionRecallCurveInput,
  type PrecisionRecallPoint,
  precisionRecallCurve,
} from "./classification/precision-recall-curve";
export {
  type StratifiedClassification,
  type StratifiedClassificationInput,
  stratifiedClassification,
  type UnsettledBounds,
  unsettledBounds,
} from "./classification/stratified-classification";
export { StatisticsError, type StatisticsErrorCode } from "./error";
export { macroAverage } from "./means/macro-average";
export { type PairedRow, pairedDifference } from "./means/paired-difference";
export { type LabeledItem, type PpiOptions, type PredictionSummary, ppiMean } from "./means/ppi-mean";
export { sampleMean } from "./means/sample-mean";
export { type StratifiedTotalInput, stratifiedTotal } from "./means/stratified-total";
export {
  type BradleyTerry,
  type BradleyTerryModel,
  type BradleyTerryOptions,
  bradleyTerry,
  type StandardErrorKind,
} from "./pairwise/bradley-terry";
export type { PairTally, TieRule } from "./pairwise/tallies";
export { type VoteCounts, winRate } from "./pairwise/win-rate";
export { type ScoredVote, winRateFromVotes } from "./pairwise/win-rate-from-votes";
export { winRateRatio } from "./pairwise/win-rate-ratio";
export { type AllocatedStratum, allocateOptimally, lineariseMeasure } from "./planning/allocate";
export {
  type HalfWidths,
  linearisedHalfWidths,
  type SampledStratum,
  simulateAnytimeHalfWidth,
  simulateHalfWidths,
} from "./planning/expected-half-width";
export {
  type Assumptions,
  expectedOutcomes,
  impliedPrevalence,
  type OutcomeShares,
  type PlannedStratum,
} from "./planning/expected-outcomes";
export { clopperPearsonInterval, precisionAtPrevalence, proportion, wilsonInterval } from "./proportions";
export type { FirstSample } from "./sampling/phases";
export type { Stratum } from "./sampling/strata";
export { type Trend, type TrendGroup, trendOfShares } from "./trend";
export type { Estimate, Interval } from "./types";
