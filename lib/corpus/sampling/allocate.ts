/**
 * How many to draw from each stratum so that they sum to `size` (or to the population, where that is smaller).
 * Proportional: by the largest remainders, at least two of each where there are two, so that every stratum can speak for
 * itself. Equal: the same of each. A stratum that is too small is taken whole, and the others take over.
 */
export function allocate(populations: readonly number[], size: number, kind: "proportional" | "equal"): number[] {
  const total = populations.reduce((sum, population) => sum + population, 0);
  const wanted = Math.min(size, total);
  const least = populations.map((population) => Math.min(population, kind === "proportional" ? 2 : 0));
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
