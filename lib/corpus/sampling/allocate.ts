import { allocateOptimally, expectedOutcomes, lineariseMeasure, type PlannedStratum } from "@/lib/stats";
import type { Allocation, PlanAssumptions } from "../schema";

/** A stratum of a design: how many documents it holds, and what is known of them beforehand. */
export type StratumToDraw = PlannedStratum & { key: string; populationSize: number };

/**
 * How many to draw from each stratum, after `lib/stats/planning` for what is to have the smallest variance. `drawn`: how
 * many of each an earlier draw has, which an extension keeps. Throws what allocateOptimally throws.
 */
export function allocateStrata(
  strata: readonly StratumToDraw[],
  design: { size: number; allocation: Allocation; assumptions: PlanAssumptions },
  drawn: readonly number[] = [],
): number[] {
  const { allocation, size } = design;
  const populations = strata.map(({ populationSize }) => populationSize);
  if (allocation === "proportional" || allocation === "equal") return allocate(populations, size, allocation, drawn);
  const outcomes = expectedOutcomes(strata, design.assumptions);
  const parts = strata.map(({ weight }, index) => ({
    weight,
    outcomes: outcomes[index] ?? { truePositive: 0, falsePositive: 0, falseNegative: 0, trueNegative: 1 },
  }));
  const spreads = lineariseMeasure(allocation === "f1" ? "f1" : "prevalence", parts)?.spreads ?? [];
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  const limited = parts.map(({ weight }, index) => ({
    weight: weight / total,
    size: populations[index] ?? 0,
    spread: spreads[index] ?? 0,
    least: Math.max(2, drawn[index] ?? 0),
  }));
  const least = limited.reduce((sum, stratum) => sum + Math.min(stratum.size, stratum.least), 0);
  // Too few for two of each: the check of the whole design says so.
  return least > size ? limited.map(() => 0) : allocateOptimally(limited, size);
}

/**
 * How many to draw from each stratum so that they sum to `size` (or to the population, where that is smaller).
 * Proportional: by the largest remainders, at least two of each where there are two, so that every stratum can speak for
 * itself. Equal: the same of each. A stratum that is too small is taken whole, and the others take over.
 */
export function allocate(
  populations: readonly number[],
  size: number,
  kind: "proportional" | "equal",
  drawn: readonly number[] = [],
): number[] {
  const total = populations.reduce((sum, population) => sum + population, 0);
  const wanted = Math.min(size, total);
  const least = populations.map((population, index) =>
    Math.min(population, Math.max(drawn[index] ?? 0, kind === "proportional" ? 2 : 0)),
  );
  const leastSum = least.reduce((sum, count) => sum + count, 0);
  if (leastSum > wanted)
    return shareOut(
      populations,
      wanted,
      populations.map(() => 1),
    );
  const weights = populations.map((population) => (kind === "proportional" ? population : 1));
  return shareOut(populations, wanted, weights, least);
}

/** By weight, none above its population and none below its least; remainders go to the largest fractions. */
function shareOut(
  populations: readonly number[],
  wanted: number,
  weights: readonly number[],
  least: readonly number[] = populations.map(() => 0),
): number[] {
  const fixed = new Map<number, number>();
  for (;;) {
    const free = populations.map((_, index) => index).filter((index) => !fixed.has(index));
    const left = wanted - [...fixed.values()].reduce((sum, count) => sum + count, 0);
    const weight = free.reduce((sum, index) => sum + (weights[index] ?? 0), 0);
    const ideal = free.map((index) => ({ index, value: weight > 0 ? (left * (weights[index] ?? 0)) / weight : 0 }));
    const above = ideal.filter(({ index, value }) => value > (populations[index] ?? 0));
    const below = ideal.filter(({ index, value }) => value < (least[index] ?? 0));
    if (above.length === 0 && below.length === 0) return round(populations.length, wanted, ideal, fixed, populations);
    for (const { index } of above) fixed.set(index, populations[index] ?? 0);
    if (above.length === 0) for (const { index } of below) fixed.set(index, least[index] ?? 0);
  }
}

function round(
  strata: number,
  wanted: number,
  ideal: { index: number; value: number }[],
  fixed: Map<number, number>,
  populations: readonly number[],
): number[] {
  const counts = Array.from({ length: strata }, (_, index) => fixed.get(index) ?? 0);
  for (const { index, value } of ideal) counts[index] = Math.floor(value);
  let left = wanted - counts.reduce((sum, count) => sum + count, 0);
  const byFraction = [...ideal].sort((a, b) => (b.value % 1) - (a.value % 1) || a.index - b.index);
  for (const { index } of byFraction) {
    if (left === 0) break;
    if ((counts[index] ?? 0) >= (populations[index] ?? 0)) continue;
    counts[index] = (counts[index] ?? 0) + 1;
    left -= 1;
  }
  return counts;
}
