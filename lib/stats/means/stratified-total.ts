import { requireFinite, requireLevel, StatisticsError } from "../error";
import { criticalT } from "../numerics/distributions";
import { linearisedRatio, type RatioCell, type RatioStratum } from "../sampling/ratio";
import { ratioEstimate } from "../sampling/ratio-estimate";
import { groupByStratum, readStrata, requireSampled } from "../sampling/strata";
import type { Estimate, Interval } from "../types";

export type StratifiedTotalInput = {
  strata: { id: string; weight: number; populationSize: number }[];
  items: { stratum: string; value: number; count?: number }[];
  level?: number;
};

/** With fewer items than this that differ from a stratum's most frequent value, its spread is not trusted. */
const SPARSE = 5;

function countValues(items: readonly { value: number; count: number }[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { value, count } of items) counts.set(value, (counts.get(value) ?? 0) + count);
  return counts;
}

/**
 * What an unseen item may be worth in a stratum whose items were all equal: as much as the items that differ from
 * them elsewhere, on average.
 */
function unseenValue(value: number, all: ReadonlyMap<number, number>): number {
  let [sum, items] = [0, 0];
  for (const [other, count] of all) {
    if (other === value) continue;
    sum += other * count;
    items += count;
  }
  if (items > 0) return sum / items;
  return value === 0 ? 1 : 0;
}

/**
 * The t interval of a mean of values such as tokens, around `narrower`. They have no largest value, so that a score interval,
 * which knows only values that were seen, is far too narrow for few of them. Where none was negative, 0 is the least.
 */
function tInterval(strata: readonly RatioStratum[], level: number, narrower: Interval, least: number): Interval {
  const ratio = linearisedRatio(strata);
  const half = ratio ? criticalT(level, ratio.degreesOfFreedom) * ratio.standardError : 0;
  const value = ratio?.value ?? 0;
  return {
    lower: Math.max(least, Math.min(narrower.lower, value - half)),
    upper: Math.max(narrower.upper, value + half),
  };
}

/**
 * Total of a value (1 for a document, its tokens, ...; the unit of the values) over a population, from a stratified
 * random sample: sum over strata of population size times sample mean, with the finite-population correction (Cochran,
 * Sampling Techniques 1977, equations 5.1 and 5.13). Intervals: by t with Satterthwaite's degrees of freedom, on the
 * logit scale where all values are 0 or 1; where a stratum has fewer than five items unlike the others, by scoreInterval,
 * so that a stratum in which nothing was found does not count as known. Of several values beside 0 the interval holds the
 * t interval in any case.
 *
 * The strata's weights are not used: a total needs sizes.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`, `duplicate_stratum`, `unknown_stratum`,
 * `stratum_without_items`, `stratum_with_one_item`
 */
export function stratifiedTotal({ strata, items, level = 0.95 }: StratifiedTotalInput): Estimate {
  requireLevel(level);
  if (strata.some((stratum) => stratum.populationSize === undefined)) {
    throw new StatisticsError("invalid_argument", "A total needs the population size of every stratum.");
  }
  for (const { value } of items) requireFinite(value, "A value");
  const sized = readStrata(strata.map((stratum) => ({ ...stratum, weight: stratum.populationSize })));
  const groups = groupByStratum(strata, items);
  const all = countValues([...groups.values()].flat());
  const populationSize = sized.reduce((sum, stratum) => sum + stratum.weight, 0);

  let [sparse, unseen] = [false, false];
  const ratioStrata = sized.map((stratum): RatioStratum => {
    const counts = countValues(groups.get(stratum.id) ?? []);
    const sampled = [...counts.values()].reduce((sum, count) => sum + count, 0);
    requireSampled(stratum, sampled);
    const cells: RatioCell[] = [...counts].map(([value, count]) => ({ numerator: value, denominator: 1, count }));
    const unsampled = 1 - sampled / stratum.weight;
    if (unsampled > 0 && sampled - Math.max(...counts.values()) < SPARSE) sparse = true;
    const [first] = counts.keys();
    if (unsampled > 0 && counts.size === 1 && first !== undefined) {
      unseen = true;
      cells.push({ numerator: unseenValue(first, all), denominator: 1, count: 0 });
    }
    return { share: stratum.share, unsampled, cells };
  });

  const values = ratioStrata.flatMap((stratum) => stratum.cells.map((cell) => cell.numerator));
  const range = { lower: Math.min(0, ...values), upper: Math.max(0, ...values) };
  const mean = ratioEstimate({ strata: ratioStrata, level, range, sparse, unseen });
  if (!mean) throw new StatisticsError("empty_input", "A total needs items.");
  const counted = new Set(values.filter((value) => value !== 0)).size < 2;
  const least = range.lower < 0 ? Number.NEGATIVE_INFINITY : 0;
  const { lower, upper } = counted ? mean.interval : tInterval(ratioStrata, level, mean.interval, least);
  return {
    ...mean,
    value: mean.value * populationSize,
    standardError: mean.standardError * populationSize,
    interval: { lower: lower * populationSize, upper: upper * populationSize },
    method: `${mean.method.replace("ratio estimator", "stratified total")}${counted ? "" : ", at least the t interval"}`,
  };
}
