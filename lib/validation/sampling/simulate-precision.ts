import { setImmediate } from "node:timers/promises";
import {
  type FirstSample,
  type HalfWidths,
  linearisedHalfWidths,
  type SampledStratum,
  simulateAnytimeHalfWidth,
  simulateHalfWidths,
} from "@/lib/stats";

/** Two strata cost 2 ms a study, twenty-four cost 20 ms: so many studies keep a plan within half a second. */
const simulatedStrata = 40;
const anytimeStudies = 3;
const seed = 20_261_122;

const studiesFor = (strata: readonly unknown[]) => Math.max(8, Math.min(40, Math.round(120 / strata.length)));

/** Designs of more strata are planned by formula, since simulating takes long. */
export const methodFor = (strata: readonly unknown[]) => (strata.length > simulatedStrata ? "linearised" : "simulated");

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

/**
 * Expected half-widths of the label-quality page's 95 % intervals, means over made-up studies with a fixed seed. Of a
 * second phase they hold the first one's uncertainty.
 */
export async function expectHalfWidths(
  strata: SampledStratum[],
  phaseOne: FirstSample | undefined,
): Promise<HalfWidths> {
  if (methodFor(strata) === "linearised") return linearisedHalfWidths(strata, { phaseOne });
  const simulated = await meanOf(simulateHalfWidths(strata, { seed, phaseOne }), studiesFor(strata));
  return {
    precision: mean(simulated.map(({ precision }) => precision)),
    recall: mean(simulated.map(({ recall }) => recall)),
    f1: mean(simulated.map(({ f1 }) => f1)),
  };
}

/** The same of F1's anytime-valid interval; null where the strata are too many. */
export async function expectAnytimeHalfWidth(
  strata: SampledStratum[],
  phaseOne: FirstSample | undefined,
): Promise<number | null> {
  if (methodFor(strata) === "linearised") return null;
  return mean(await meanOf(simulateAnytimeHalfWidth(strata, { seed, phaseOne }), anytimeStudies));
}
