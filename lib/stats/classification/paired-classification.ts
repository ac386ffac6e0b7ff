import { requireLevel } from "../error";
import { type FirstSample, type Phases, readPhases, unsampledPart } from "../sampling/phases";
import { type FirstPhase, linearisedRatio, type RatioStratum } from "../sampling/ratio";
import { ratioEstimate } from "../sampling/ratio-estimate";
import { groupByStratum, readStrata, requireSampled, type Stratum } from "../sampling/strata";
import type { Estimate } from "../types";
import { outcomeOf } from "./judged-sample";
import { type Measure, type Outcome, ratioTerms } from "./measures";
import { PREDICTED_POSITIVE, possibleOutcomes } from "./possible-outcomes";

export type PairedItem = { stratum: string; truth: string; first: string; second: string; count?: number };

export type PairedClassificationInput = {
  strata: Stratum[];
  items: PairedItem[];
  positive: string;
  level?: number;
  phaseOne?: FirstSample;
  /** By whose predictions the strata were cut, so that each holds one kind of these. Left out: told from the sample. */
  followed?: "first" | "second" | "neither";
};

type PairedMeasure = "precision" | "recall" | "f1";

/** Items by how both classifiers fared on them; count 0 for what the stratum may hold but was not seen. */
type OutcomePair = { first: Outcome; second: Outcome; count: number };
type PairedStratum = { share: number; unsampled: number; group: number; pairs: OutcomePair[] };

/** A stratum needs this many items of each kind that moves a difference before the linearisation is trusted there. */
const SPARSE = 5;

function seenOutcomes(pairs: readonly OutcomePair[], side: "first" | "second") {
  const outcomes = new Set(pairs.map((pair) => pair[side]));
  const positive = PREDICTED_POSITIVE.some((outcome) => outcomes.has(outcome));
  return { outcomes, positive, other: [...outcomes].some((outcome) => !PREDICTED_POSITIVE.includes(outcome)) };
}

const TRULY_POSITIVE: readonly Outcome[] = ["truePositive", "falseNegative"];

/** Pairs of outcomes that can belong to one item, whose truth is the same for both. */
function combine(first: readonly Outcome[], second: readonly Outcome[]): OutcomePair[] {
  return first.flatMap((one) =>
    second
      .filter((other) => TRULY_POSITIVE.includes(one) === TRULY_POSITIVE.includes(other))
      .map((other) => ({ first: one, second: other, count: 0 })),
  );
}

function readPairs({ strata, items, positive, followed }: PairedClassificationInput, phases: Phases): PairedStratum[] {
  const weighted = readStrata(strata);
  const groups = groupByStratum(strata, items);
  const seen = weighted.map((stratum) => {
    const pairs = new Map<string, OutcomePair>();
    for (const { truth, first, second, count } of groups.get(stratum.id) ?? []) {
      const pair = { first: outcomeOf(truth, first, positive), second: outcomeOf(truth, second, positive) };
      const key = `${pair.first} ${pair.second}`;
      const known = pairs.get(key);
      if (known) known.count += count;
      else pairs.set(key, { ...pair, count });
    }
    return [...pairs.values()];
  });
  const possibleOf = (side: "first" | "second") =>
    possibleOutcomes(
      seen.map((pairs) => seenOutcomes(pairs, side)),
      followed && followed === side,
    );
  const [possibleFirst, possibleSecond] = [possibleOf("first"), possibleOf("second")];
  return weighted.map((stratum, i) => {
    const pairs = seen[i] ?? [];
    const sampled = pairs.reduce((sum, pair) => sum + pair.count, 0);
    requireSampled(stratum, sampled);
    const unseen = combine(possibleFirst[i] ?? [], possibleSecond[i] ?? []).filter(
      ({ first, second }) => !pairs.some((pair) => pair.first === first && pair.second === second),
    );
    const unsampled = unsampledPart(stratum, sampled, phases);
    return { share: stratum.share, unsampled, group: phases.groupOf(stratum), pairs: [...pairs, ...unseen] };
  });
}

/** One classifier's measure: its value, and what an item of an outcome moves it by, linearised. */
function linearisedMeasure(measure: Measure, strata: readonly PairedStratum[], side: "first" | "second") {
  const ratio = strata.map(({ share, unsampled, pairs }): RatioStratum => {
    const cells = pairs.map((pair) => {
      const [numerator, denominator] = ratioTerms(measure, pair[side]);
      return { numerator, denominator, count: pair.count };
    });
    return { share, unsampled, cells };
  });
  const estimate = linearisedRatio(ratio);
  if (!estimate) return null;
  const denominator = ratio.reduce((sum, { share, cells }) => {
    const size = cells.reduce((all, cell) => all + cell.count, 0);
    return sum + (share * cells.reduce((all, cell) => all + cell.count * cell.denominator, 0)) / size;
  }, 0);
  return {
    value: estimate.value,
    influence: (outcome: Outcome) => {
      const [y, x] = ratioTerms(measure, outcome);
      return (y - estimate.value * x) / denominator;
    },
  };
}

function difference(
  measure: PairedMeasure,
  strata: readonly PairedStratum[],
  level: number,
  firstPhase: FirstPhase | undefined,
): Estimate {
  const [first, second] = [linearisedMeasure(measure, strata, "first"), linearisedMeasure(measure, strata, "second")];
  const n = strata.reduce((sum, { pairs }) => sum + pairs.reduce((all, pair) => all + pair.count, 0), 0);
  if (!first || !second) {
    const method = `no value: the sample has nothing to compute ${measure} of both from, so it may be anything`;
    return { value: 0, standardError: 1, interval: { lower: -1, upper: 1 }, level, n, method };
  }
  const value = second.value - first.value;
  let [sparse, unseen] = [false, false];
  const cells = strata.map(({ share, unsampled, group, pairs }): RatioStratum => {
    const kinds = new Map<number, number>();
    const stratumCells = pairs.map((pair) => {
      const influence = second.influence(pair.second) - first.influence(pair.first);
      const kind = Math.round(1e9 * influence);
      kinds.set(kind, (kinds.get(kind) ?? 0) + pair.count);
      return { numerator: value + influence, denominator: 1, count: pair.count };
    });
    if (unsampled > 0 && [...kinds.values()].some((count) => count < SPARSE)) sparse = true;
    if (unsampled > 0 && kinds.size > 1 && [...kinds.values()].filter((count) => count > 0).length === 1) unseen = true;
    return { share, unsampled, group, cells: stratumCells };
  });
  const range = { lower: -1, upper: 1 };
  const estimate = ratioEstimate({ strata: cells, level, range, sparse, unseen, firstPhase });
  if (!estimate) return { value, standardError: 1, interval: range, level, n, method: "no value" };
  return { ...estimate, value, method: estimate.method.replace("ratio estimator", "paired difference") };
}

/**
 * Differences second − first (each −1 to 1) of precision, recall and F1 of two classifiers on the same stratified
 * sample: the difference of stratified ratio estimators, Taylor-linearised together, so that what both get right or wrong
 * cancels (Särndal, Swensson and Wretman 1992, section 5.5); t intervals with Satterthwaite's degrees of freedom, or,
 * where a stratum has fewer than five items of a kind, score intervals of the linearised difference (see scoreInterval).
 * `populationSize` and `phaseOne` as in stratifiedClassification.
 *
 * @throws StatisticsError as stratifiedClassification
 */
export function pairedClassification(input: PairedClassificationInput): Record<PairedMeasure, Estimate> {
  const level = input.level ?? 0.95;
  requireLevel(level);
  const phases = readPhases(input.phaseOne, input.strata, input.items);
  const strata = readPairs(input, phases);
  const of = (measure: PairedMeasure) => difference(measure, strata, level, phases.firstPhase);
  return { precision: of("precision"), recall: of("recall"), f1: of("f1") };
}
