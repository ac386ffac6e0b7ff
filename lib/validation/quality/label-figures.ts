import {
  type FirstSample,
  StatisticsError,
  type StratifiedClassificationInput,
  stratifiedClassification,
  type UnsettledBounds,
  unsettledBounds,
} from "@/lib/stats";
import { corpusWeight, type GoldState } from "../rules";
import {
  type ConfusionRow,
  type FigureProblem,
  type LabelQuality,
  type LlmOutcome,
  llmOutcomes,
  type Measure,
  measures,
  type Target,
} from "./schema";

/** `outside`: of another source than the one that figures are wanted for. */
export type Tally = { stratumId: string; outcome: LlmOutcome; gold: GoldState; count: number; outside?: boolean };
export type PhaseOneStratum = { id: string; populationSize: number; sampleSize: number };
export type StratumSize = {
  id: string;
  key: string;
  populationSize: number;
  sampleSize: number;
  /** in which stratum of an earlier draw it lies; its population are that draw's items then */
  phaseOneStratum: PhaseOneStratum | null;
  /** the labelling run by whose labels the strata were cut; null: none */
  followedRun: string | null;
};

const nothing = { estimate: null, unsettled: null, effectiveSize: null };

type Figures = Pick<LabelQuality, "confusion" | "strata" | "figures" | "problem">;
export type Estimates = Pick<Figures, "figures" | "problem">;

/** An unusable answer keeps a document out of the corpus, as "non-medical" does. */
export const predictedOf = (outcome: LlmOutcome) => (outcome === "medical" ? "medical" : "non_medical");

/** All figures of the LLM's labels, from counts alone: a million decisions cost what a thousand cost. */
export function labelQualityFigures(strata: StratumSize[], counts: Tally[], target: Target, run: string): Figures {
  const tallies = inTallyOrder(strata, counts, ({ outcome, gold }) => [outcome, gold]);
  const sum = (matches: (tally: Tally) => boolean) =>
    tallies.reduce((total, tally) => total + (matches(tally) ? tally.count : 0), 0);
  const settledIn = (stratumId: string) => sum((tally) => tally.stratumId === stratumId && tally.gold !== "unsettled");
  const weights = strata.map((stratum) => weightOf(stratum, target));
  const total = weights.reduce((all, weight) => all + weight, 0);
  const stratumRows = strata.map((stratum, index) => ({
    ...stratum,
    weight: total > 0 ? (weights[index] ?? 0) / total : 0,
    settled: settledIn(stratum.id),
    unsettled: sum((tally) => tally.stratumId === stratum.id && tally.gold === "unsettled"),
  }));
  return {
    confusion: llmOutcomes.map((outcome) => confusionRow(outcome, stratumRows, tallies)),
    strata: stratumRows.map(({ key, populationSize, weight, sampleSize, settled, unsettled }) => {
      return { key, populationSize, weight, sampleSize, settled, unsettled };
    }),
    ...boundedEstimates(strata, tallies, target, run),
  };
}

/** Documents of what the figures speak of that a stratum stands for. */
export const weightOf = (stratum: Omit<StratumSize, "followedRun">, target: Target): number =>
  target === "drawn_sample" ? stratum.populationSize : corpusWeight(stratum);

/**
 * The design as lib/stats wants it. A first phase is part of it unless the figures speak of the drawn sample alone; of
 * documents like these the corpus itself is a sample, from a population without end.
 */
export function designOf(
  strata: Omit<StratumSize, "followedRun">[],
  target: Target,
): Pick<StratifiedClassificationInput, "strata" | "phaseOne"> {
  const phaseOne = phaseOneOf(strata, target);
  return {
    strata: strata.map((stratum) => ({
      id: stratum.id,
      weight: weightOf(stratum, target),
      ...(target === "like_these" ? { available: stratum.populationSize } : { populationSize: stratum.populationSize }),
      ...(phaseOne && stratum.phaseOneStratum ? { phaseOne: stratum.phaseOneStratum.id } : {}),
    })),
    ...(phaseOne ? { phaseOne } : {}),
  };
}

/**
 * Strata that were cut by this run's own labels hold one kind of these (that the sample tells). Those of any other strata
 * can hold both, also where the sample happens to show one.
 */
const cutBy = (strata: readonly StratumSize[], run: string): Pick<StratifiedClassificationInput, "strataFollow"> =>
  strata.every(({ followedRun }) => followedRun === run) ? {} : { strataFollow: false };

/** The first phase from which strata were drawn, if there is one that figures of this target have to allow for. */
export function phaseOneOf(
  strata: readonly { phaseOneStratum?: PhaseOneStratum | null }[],
  target: Target,
): Extract<FirstSample, { strata: unknown }> | undefined {
  const phases = new Map(strata.flatMap(({ phaseOneStratum: one }) => (one ? [[one.id, one] as const] : [])));
  if (target === "drawn_sample" || phases.size === 0) return undefined;
  const first = [...phases.values()].map(({ id, sampleSize, populationSize }) => ({
    id,
    size: sampleSize,
    populationSize: target === "this_corpus" ? populationSize : Number.POSITIVE_INFINITY,
  }));
  return { strata: first };
}

/**
 * Of documents that nobody drew: the table of what was compared, unweighted. What it says of other documents nobody
 * knows, so there are no figures.
 */
export function convenienceFigures(tallies: Tally[]): Figures {
  const count = (outcome: LlmOutcome, gold: GoldState) =>
    tallies.reduce((sum, one) => sum + (one.outcome === outcome && one.gold === gold ? one.count : 0), 0);
  return {
    confusion: llmOutcomes.map((outcome) => ({
      outcome,
      medical: count(outcome, "medical"),
      non_medical: count(outcome, "non_medical"),
      unsettled: count(outcome, "unsettled"),
      medicalShare: null,
      nonMedicalShare: null,
    })),
    strata: [],
    figures: byMeasure(() => nothing),
    problem: { code: "convenience_sample", strata: [] },
  };
}

const compare = (first: string, second: string) => (first < second ? -1 : first > second ? 1 : 0);

export const inKeyOrder = <One extends { key: string }>(strata: readonly One[]): One[] =>
  [...strata].sort((a, b) => compare(a.key, b.key));

/**
 * Counts by the order of their strata, then by the given values: sums come out alike to the last digit, whoever counted,
 * the database or a program that reads an export.
 */
export function inTallyOrder<One extends { stratumId: string }>(
  strata: readonly { id: string }[],
  counts: readonly One[],
  valuesOf: (one: One) => (string | boolean | null)[],
): One[] {
  const place = new Map(strata.map(({ id }, index) => [id, index]));
  return counts
    .map((one) => ({ one, place: place.get(one.stratumId) ?? 0, values: valuesOf(one).join(" ") }))
    .sort((a, b) => a.place - b.place || compare(a.values, b.values))
    .map(({ one }) => one);
}

function confusionRow(
  outcome: LlmOutcome,
  strata: (StratumSize & { settled: number; weight: number })[],
  tallies: Tally[],
): ConfusionRow {
  const counted = (gold: GoldState, stratumId?: string) =>
    tallies
      .filter((tally) => tally.outcome === outcome && tally.gold === gold)
      .filter((tally) => stratumId === undefined || tally.stratumId === stratumId)
      .reduce((total, tally) => total + tally.count, 0);
  const known = strata.length > 0 && strata.every((stratum) => stratum.weight === 0 || stratum.settled > 0);
  const share = (gold: GoldState) =>
    strata.reduce((total, { id, weight, settled }) => {
      return total + (settled > 0 ? (weight * counted(gold, id)) / settled : 0);
    }, 0);
  return {
    outcome,
    medical: counted("medical"),
    non_medical: counted("non_medical"),
    unsettled: counted("unsettled"),
    medicalShare: known ? share("medical") : null,
    nonMedicalShare: known ? share("non_medical") : null,
  };
}

/** The measures of a labelling run: of all documents, or of one source where tallies of others are `outside`. */
export function estimates(strata: StratumSize[], tallies: Tally[], target: Target, run: string): Estimates {
  try {
    const result = stratifiedClassification(judgedOf(strata, tallies, target, run));
    const { unsettled, effectiveSizes } = result;
    const own = tallies.filter((tally) => !tally.outside);
    const figureOf = (measure: Measure) => ({
      estimate: hasValue(measure, own) ? result[measure] : null,
      unsettled: unsettled ? boundsOf(unsettled, measure) : null,
      effectiveSize: hasValue(measure, own) ? effectiveSizes[measure] : null,
    });
    return { figures: byMeasure(figureOf), problem: null };
  } catch (error) {
    return { figures: byMeasure(() => nothing), problem: problemOf(error, strata) };
  }
}

/** As `estimates`, with bounds for what stays unsettled also where it leaves no estimate. */
function boundedEstimates(strata: StratumSize[], tallies: Tally[], target: Target, run: string): Estimates {
  const found = estimates(strata, tallies, target, run);
  if (!found.problem) return found;
  try {
    const bounds = unsettledBounds(judgedOf(strata, tallies, target, run));
    const called = tallies.some(({ outcome, count }) => outcome === "medical" && count > 0);
    // Of what the LLM has called medical nowhere there is no share.
    const figureOf = (measure: Measure) =>
      bounds && (called || measure !== "precision") ? { ...nothing, unsettled: boundsOf(bounds, measure) } : nothing;
    return { ...found, figures: byMeasure(figureOf) };
  } catch (error) {
    // Something else is missing too.
    if (error instanceof StatisticsError) return found;
    throw error;
  }
}

const boundsOf = ({ values, limits }: UnsettledBounds, measure: Measure) => {
  return { values: values[measure], limits: limits[measure] };
};

function judgedOf(strata: StratumSize[], tallies: Tally[], target: Target, run: string): StratifiedClassificationInput {
  const ordered = inTallyOrder(strata, tallies, ({ outcome, gold, outside = false }) => [outcome, gold, outside]);
  return {
    ...designOf(strata, target),
    ...cutBy(strata, run),
    items: ordered.map(({ stratumId, outcome, gold, count, outside = false }) => ({
      stratum: stratumId,
      truth: gold === "unsettled" ? null : gold,
      predicted: predictedOf(outcome),
      count,
      outside,
    })),
    positive: "medical",
  };
}

export const byMeasure = <T>(of: (measure: Measure) => T) =>
  Object.fromEntries(measures.map((measure) => [measure, of(measure)])) as Record<Measure, T>;

/** Precision needs documents that the LLM called medical, recall some that people did, F1 either. */
function hasValue(measure: Measure, tallies: Tally[]): boolean {
  const settled = tallies.filter((tally) => tally.gold !== "unsettled" && tally.count > 0);
  const called = settled.some((tally) => tally.outcome === "medical");
  const medical = settled.some((tally) => tally.gold === "medical");
  if (measure === "precision") return called;
  if (measure === "recall") return medical;
  return measure === "f1" ? called || medical : settled.length > 0;
}

/** What lib/stats refused, for the reader. Anything else is a fault of ours. */
export function problemOf(error: unknown, strata: StratumSize[] = []): FigureProblem {
  if (!(error instanceof StatisticsError)) throw error;
  const keys = new Map(strata.map((stratum) => [stratum.id, stratum.key]));
  return { code: error.code, strata: error.subjects.flatMap((subject) => keys.get(subject) ?? []) };
}
