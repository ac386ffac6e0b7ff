import { setImmediate } from "node:timers/promises";
import type { PlanOptions, SamplePlan } from "@/lib/corpus/schema";
import { database } from "@/lib/platform/database/client";
import {
  type Assumptions,
  expectedOutcomes,
  type HalfWidths,
  impliedPrevalence,
  linearisedHalfWidths,
  type PlannedStratum,
  type SampledStratum,
  simulateAnytimeHalfWidth,
  simulateHalfWidths,
} from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { assumedSecondsPerDecision, paceOf } from "../rules";

export type StratumToPlan = PlannedStratum & { sampleSize: number; populationSize: number };

/** Two strata cost 2 ms a study, twenty-four cost 20 ms: so many studies keep a plan within half a second. */
const simulatedStrata = 40;
const seed = 20_261_122;
const factors = [0.25, 0.5, 2, 4];

/** The mean of made-up studies; others have a turn after each. */
async function meanOf<T extends HalfWidths | number>(studies: Iterator<T, never>, count: number): Promise<T[]> {
  const values: T[] = [];
  for (let index = 0; index < count; index++) {
    values.push(studies.next().value);
    await setImmediate();
  }
  return values;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function halfWidthsOf(strata: SampledStratum[], studies: number): Promise<HalfWidths> {
  if (strata.length > simulatedStrata) return linearisedHalfWidths(strata);
  const simulated = await meanOf(simulateHalfWidths(strata, { seed }), studies);
  return {
    precision: mean(simulated.map(({ precision }) => precision)),
    recall: mean(simulated.map(({ recall }) => recall)),
    f1: mean(simulated.map(({ f1 }) => f1)),
  };
}

/** Seconds of active work per decision in the whole study; null before the first twenty. */
async function measuredPace(studyId: string): Promise<number | null> {
  const { _sum } = await database().roundMember.aggregate({
    where: { round: { studyId }, person: { simulated: false } },
    _sum: { decided: true, activeMs: true },
  });
  const decided = _sum.decided ?? 0;
  return decided < 20 ? null : paceOf(decided, Number(_sum.activeMs ?? 0));
}

/**
 * What a draw of these strata is expected to bring, and what work it means. Half-widths are means over made-up studies
 * with a fixed seed, by the intervals of the label-quality page, as if each stratum were without end; other sizes keep the
 * proportions of the allocation.
 */
export async function planPrecision(
  actor: StudyActor,
  strata: readonly StratumToPlan[],
  options: PlanOptions,
): Promise<SamplePlan> {
  const outcomes = expectedOutcomes(strata, options.assumptions);
  const sampled = (factor: number): SampledStratum[] =>
    strata.map(({ weight, sampleSize, populationSize }, index) => ({
      weight,
      judged: Math.min(populationSize, Math.max(2, Math.round(sampleSize * factor))),
      outcomes: outcomes[index] ?? { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 1 },
    }));
  const chosen = sampled(1);
  const sizeOf = (some: SampledStratum[]) => some.reduce((sum, { judged }) => sum + judged, 0);
  const many = strata.length > simulatedStrata;
  const studies = Math.max(8, Math.min(40, Math.round(120 / strata.length)));
  const halfWidths = await halfWidthsOf(chosen, studies);
  const curve = [{ size: sizeOf(chosen), ...halfWidths }];
  for (const factor of factors) {
    const other = sampled(factor);
    const size = sizeOf(other);
    // What is taken whole soon can't grow any more; a point beside another one would show chance alone.
    if (curve.some((point) => Math.abs(Math.log(point.size / size)) < 0.3)) continue;
    curve.push({ size, ...(await halfWidthsOf(other, studies)) });
  }
  const anytime = many ? null : await meanOf(simulateAnytimeHalfWidth(chosen, { seed }), 3);
  const labels = strata.reduce((sum, { sampleSize }) => sum + sampleSize, 0);
  const decisions = labels + Math.round(labels * options.doubleShare);
  const measured = options.minutesPerLabel === null ? await measuredPace(actor.studyId) : null;
  const minutesPerLabel = options.minutesPerLabel ?? (measured ?? assumedSecondsPerDecision) / 60;
  return {
    assumptions: assumptionsOf(strata, options.assumptions),
    method: many ? "linearised" : "simulated",
    halfWidths,
    anytimeF1: anytime ? mean(anytime) : null,
    curve: curve.sort((a, b) => a.size - b.size),
    decisions,
    minutesPerLabel,
    pace: options.minutesPerLabel !== null ? "given" : measured !== null ? "measured" : "assumed",
    personHours: (decisions * minutesPerLabel) / 60,
  };
}

function assumptionsOf(strata: readonly StratumToPlan[], assumptions: Assumptions): SamplePlan["assumptions"] {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  if (strata.some(({ positiveShare }) => positiveShare === null)) return { ...assumptions, prevalenceFollows: false };
  const called = strata.reduce((sum, { weight, positiveShare }) => sum + (weight / total) * (positiveShare ?? 0), 0);
  return { ...assumptions, prevalence: impliedPrevalence(called, assumptions), prevalenceFollows: true };
}
