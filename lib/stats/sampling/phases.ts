import { requireCount, StatisticsError } from "../error";
import type { FirstPhase } from "./ratio";
import type { Stratum } from "./strata";

type PhaseOne = { size: number; populationSize: number };

/**
 * A first, larger random sample of the population, from which the strata's weights were estimated: its size and the
 * population's (Infinity: without end). A stratified first sample gives them for each of its strata, and each of the
 * strata says by `phaseOne` in which it lies.
 */
export type FirstSample = PhaseOne | { strata: (PhaseOne & { id: string })[] };

/** The first phase, the size of its population, and in which of its strata a stratum lies. */
export type Phases = {
  firstPhase?: FirstPhase;
  populationSize?: number;
  groupOf: (stratum: { phaseOne?: string }) => number;
};

/** Throws StatisticsError `invalid_argument` where the first sample is smaller than the items judged in it, or larger than its population. */
export function readPhases(
  phaseOne: FirstSample | undefined,
  strata: readonly Stratum[],
  items: readonly { stratum?: string; count?: number }[],
): Phases {
  if (!phaseOne) return { groupOf: () => 0 };
  const stratified = "strata" in phaseOne;
  const phases = stratified ? phaseOne.strata : [{ ...phaseOne, id: "" }];
  const groups = new Map(phases.map(({ id }, group) => [id, group]));
  const groupOf = (stratum: { phaseOne?: string }) => {
    const group = groups.get(stratified ? (stratum.phaseOne ?? "") : "");
    if (group !== undefined) return group;
    throw new StatisticsError("invalid_argument", `There is no stratum "${stratum.phaseOne}" in the first phase.`);
  };
  const groupOfId = new Map(strata.map((stratum) => [stratum.id, groupOf(stratum)]));
  const judged = phases.map(() => 0);
  for (const { stratum = "", count = 1 } of items) {
    const group = groupOfId.get(stratum);
    if (group !== undefined) judged[group] = (judged[group] ?? 0) + count;
  }
  const firstPhase = phases.map(({ size, populationSize }, group) => {
    requireCount(size, "The size of the first phase");
    const [items, census] = [judged[group] ?? 0, size === populationSize];
    if (!(populationSize >= size) || size < Math.max(census ? 0 : 1, items)) {
      throw new StatisticsError(
        "invalid_argument",
        `The first phase (${size}) must hold the ${items} judged items and fit into its population (${populationSize}).`,
      );
    }
    return { size, unsampled: census ? 0 : 1 - size / populationSize };
  });
  return { firstPhase, populationSize: phases.reduce((sum, phase) => sum + phase.populationSize, 0), groupOf };
}

/** The finite-population correction of a stratum; from a first phase on, its size in the population is its share of that. */
export function unsampledPart(
  stratum: { share: number; populationSize?: number },
  sampled: number,
  { populationSize }: Phases,
): number {
  const size = populationSize === undefined ? stratum.populationSize : stratum.share * populationSize;
  return size === undefined ? 1 : Math.max(0, 1 - sampled / size);
}
