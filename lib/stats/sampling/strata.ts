import { requireCount, requireFinite, StatisticsError } from "../error";

/**
 * `weight`: the stratum's share of the population, or its size. `populationSize`: items in the stratum. `available`: how
 * many of it there are to judge, where the figures speak of a population without end. `phaseOne`: id of the stratum of the
 * first phase in which it lies, where that phase had strata of its own.
 */
export type Stratum = {
  id: string;
  weight: number;
  populationSize?: number;
  available?: number;
  phaseOne?: string;
};

/** Strata with weight, as shares that sum to 1; refuses weights, sizes and ids that make no sense. */
export function readStrata(strata: readonly Stratum[]): (Stratum & { share: number })[] {
  const ids = new Set<string>();
  for (const { id, weight, populationSize, available } of strata) {
    if (ids.has(id)) throw new StatisticsError("duplicate_stratum", `The stratum "${id}" is listed twice.`, [id]);
    ids.add(id);
    requireFinite(weight, `The weight of stratum "${id}"`);
    if (weight < 0) throw new StatisticsError("invalid_argument", `The weight of stratum "${id}" is negative.`, [id]);
    if (populationSize !== undefined) requireCount(populationSize, `The population size of stratum "${id}"`);
    if (available !== undefined) requireCount(available, `The number of items to judge in stratum "${id}"`);
  }
  const total = strata.reduce((sum, stratum) => sum + stratum.weight, 0);
  if (!(total > 0)) throw new StatisticsError("empty_input", "There must be a stratum with a weight above 0.");
  return strata
    .filter((stratum) => stratum.weight > 0)
    .map((stratum) => ({ ...stratum, share: stratum.weight / total }));
}

/**
 * The given items by stratum, with their counts; items of a stratum without weight are dropped, items with count 0 too.
 */
export function groupByStratum<Item extends { stratum: string; count?: number }>(
  strata: readonly Stratum[],
  items: readonly Item[],
): Map<string, (Item & { count: number })[]> {
  const groups = new Map(strata.map((stratum) => [stratum.id, [] as (Item & { count: number })[]]));
  for (const item of items) {
    const { stratum: id, count = 1 } = item;
    requireCount(count, `A count in stratum "${id}"`);
    const group = groups.get(id);
    if (!group) {
      throw new StatisticsError("unknown_stratum", `An item belongs to stratum "${id}", which is not listed.`, [id]);
    }
    if (count > 0) group.push({ ...item, count });
  }
  return groups;
}

/**
 * Refuses a stratum whose sample says nothing about it, or nothing about its spread while a further item could be judged.
 * `judged`: items that were looked at, also those of which the truth stayed unknown.
 */
export function requireSampled(
  { id, populationSize, available = populationSize }: Stratum,
  sampled: number,
  judged = sampled,
): void {
  if (sampled === 0) {
    const message = `Stratum "${id}" has weight but no item, so nothing is known about its part of the population.`;
    throw new StatisticsError("stratum_without_items", message, [id]);
  }
  if (populationSize !== undefined && sampled > populationSize) {
    const message = `Stratum "${id}" has ${sampled} items in the sample but only ${populationSize} in the population.`;
    throw new StatisticsError("invalid_argument", message, [id]);
  }
  if (sampled === 1 && !(available !== undefined && judged >= available)) {
    const message = `Stratum "${id}" has a single item, which says nothing about the spread in it; judge a second one.`;
    throw new StatisticsError("stratum_with_one_item", message, [id]);
  }
}
