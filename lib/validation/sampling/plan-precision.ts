import type { PlanOptions, SamplePlan } from "@/lib/corpus/schema";
import {
  type Assumptions,
  expectedOutcomes,
  impliedPrevalence,
  type PlannedStratum,
  type SampledStratum,
} from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import { type PhaseOneStratum, phaseOneOf } from "../quality/label-figures";
import { readPace } from "./read-pace";
import { expectAnytimeHalfWidth, expectHalfWidths, methodFor } from "./simulate-precision";

export type StratumToPlan = PlannedStratum & {
  sampleSize: number;
  populationSize: number;
  /** of a second phase: the first phase's stratum in which it lies */
  phaseOneStratum?: PhaseOneStratum;
};

const factors = [0.25, 0.5, 2, 4];

/**
 * What a draw of these strata is expected to bring, and what work it means. Half-widths are means over made-up studies
 * with a fixed seed, by the intervals of the label-quality page, as if each stratum were without end; other sizes keep the
 * proportions of the allocation. Of a second phase they hold the first one's uncertainty.
 */
export async function planPrecision(
  actor: StudyActor,
  strata: readonly StratumToPlan[],
  options: PlanOptions,
): Promise<SamplePlan> {
  const outcomes = expectedOutcomes(strata, options.assumptions);
  const sampled = (factor: number): SampledStratum[] =>
    strata.map(({ weight, sampleSize, populationSize, phaseOneStratum }, index) => ({
      weight,
      phaseOne: phaseOneStratum?.id,
      judged: Math.min(populationSize, Math.max(2, Math.round(sampleSize * factor))),
      outcomes: outcomes[index] ?? { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 1 },
    }));
  const chosen = sampled(1);
  const phaseOne = phaseOneOf(strata, "this_corpus");
  const sizeOf = (some: SampledStratum[]) => some.reduce((sum, { judged }) => sum + judged, 0);
  const halfWidths = await expectHalfWidths(chosen, phaseOne);
  const curve = [{ size: sizeOf(chosen), ...halfWidths }];
  for (const factor of factors) {
    const other = sampled(factor);
    const size = sizeOf(other);
    // What is taken whole soon can't grow any more; a point beside another one would show chance alone.
    if (curve.some((point) => Math.abs(Math.log(point.size / size)) < 0.3)) continue;
    curve.push({ size, ...(await expectHalfWidths(other, phaseOne)) });
  }
  const labels = strata.reduce((sum, { sampleSize }) => sum + sampleSize, 0);
  const decisions = labels + Math.round(labels * options.doubleShare);
  const pace = await readPace(actor.studyId);
  const minutesPerLabel = options.minutesPerLabel ?? pace.secondsPerDecision / 60;
  return {
    assumptions: assumptionsOf(strata, options.assumptions),
    method: methodFor(strata),
    halfWidths,
    anytimeF1: await expectAnytimeHalfWidth(chosen, phaseOne),
    curve: curve.sort((a, b) => a.size - b.size),
    decisions,
    minutesPerLabel,
    pace: options.minutesPerLabel !== null ? "given" : pace.from === "assumed" ? "assumed" : "measured",
    personHours: (decisions * minutesPerLabel) / 60,
  };
}

function assumptionsOf(strata: readonly StratumToPlan[], assumptions: Assumptions): SamplePlan["assumptions"] {
  const total = strata.reduce((sum, { weight }) => sum + weight, 0);
  if (strata.some(({ positiveShare }) => positiveShare === null)) return { ...assumptions, prevalenceFollows: false };
  const called = strata.reduce((sum, { weight, positiveShare }) => sum + (weight / total) * (positiveShare ?? 0), 0);
  return { ...assumptions, prevalence: impliedPrevalence(called, assumptions), prevalenceFollows: true };
}
