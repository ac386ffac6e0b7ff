import { StatisticsError } from "../error";
import type { Estimate } from "../types";
import { chanceCorrectedEstimate, type LinearisedCoefficient } from "./chance-corrected";
import { intervalDistance, nominalDistance, ordinalDistance, type PairDistance } from "./distances";
import { shareWeighted } from "./margins";
import { type AgreementOptions, meanOverItems, type RatedItem, type Rating, tabulateRatings } from "./rating-table";

export type AlphaOptions = AgreementOptions & { metric: "nominal" | "ordinal" | "interval" };

/** Sum of f over all ordered pairs of different categories. */
function sumPairs(size: number, f: (first: number, second: number) => number): number {
  let sum = 0;
  for (let first = 0; first < size; first++) {
    for (let second = 0; second < size; second++) if (first !== second) sum += f(first, second);
  }
  return sum;
}

function lineariseWith(distanceFor: (shares: readonly number[]) => PairDistance) {
  return (items: readonly RatedItem[]): LinearisedCoefficient | null => {
    const size = items[0]?.counts.length ?? 0;
    const values = items.reduce((sum, item) => sum + item.count * item.weight * item.raters, 0);
    const shares = Array.from({ length: size }, (_, category) =>
      items.reduce((sum, item) => sum + (item.count * item.weight * (item.counts[category] ?? 0)) / values, 0),
    );
    const { distance, slope } = distanceFor(shares);
    const pairShare = (counts: readonly number[], raters: number, first: number, second: number) =>
      ((counts[first] ?? 0) * (counts[second] ?? 0)) / (raters * (raters - 1));
    // pairs of values from all items, without a value paired with itself
    const unpaired = values / (values - 1);
    const chanceShare = (first: number, second: number) => unpaired * (shares[first] ?? 0) * (shares[second] ?? 0);
    const expected = sumPairs(size, (first, second) => chanceShare(first, second) * distance(first, second));
    if (!(expected > 1e-12 * distance(0, size - 1))) return null;

    const coincidence = Array.from({ length: size * size }, (_, pair) => {
      const [first, second] = [Math.floor(pair / size), pair % size];
      return items.reduce((sum, { counts, raters, weight, count }) => {
        return sum + (count * weight * raters * pairShare(counts, raters, first, second)) / values;
      }, 0);
    });
    const observedShare = (first: number, second: number) => coincidence[first * size + second] ?? 0;
    const observed = sumPairs(size, (first, second) => observedShare(first, second) * distance(first, second));
    const value = 1 - observed / expected;

    const margins = shares.map((_, first) =>
      shares.reduce((sum, _share, second) => sum + 2 * unpaired * (shares[second] ?? 0) * distance(first, second), 0),
    );
    // ordinal distances move with the shares of the categories; this is their part of the tangent
    const drift = shares.map((_, moved) =>
      sumPairs(size, (first, second) => {
        return (observedShare(first, second) - (1 - value) * chanceShare(first, second)) * slope(first, second, moved);
      }),
    );
    const meanDrift = shares.reduce((sum, share, category) => sum + share * (drift[category] ?? 0), 0);
    return {
      value,
      observed: (counts, raters) =>
        sumPairs(size, (first, second) => pairShare(counts, raters, first, second) * distance(first, second)) +
        shareWeighted(counts, raters, drift) -
        meanDrift,
      expected: (counts, raters) => shareWeighted(counts, raters, margins) - expected,
      expectedDisagreement: expected,
      weight: (item) => item.weight * item.raters,
    };
  };
}

/**
 * Krippendorff's α (at most 1) of ratings[rater][item], null = not rated: Krippendorff, Content Analysis (2019), chapter
 * 12, and Computing Krippendorff's Alpha-Reliability (2011), parts D and E. Items rated fewer than twice don't count.
 * Ordinal distances are Krippendorff's own, (sum of the frequencies between two categories, half of both ends)², in the
 * order of `options.categories` (numbers without it: ascending). The standard error is the linearisation over items.
 *
 * @throws StatisticsError `empty_input`, `invalid_argument` (also: interval categories that are no numbers, ordinal
 * categories without an order), `unknown_category`, `too_few_observations`; `no_variation` when all ratings are equal
 */
export function krippendorffAlpha(ratings: readonly (readonly Rating[])[], options: AlphaOptions): Estimate {
  const { items, level, categories } = tabulateRatings(ratings, options);
  const paired = items.filter((item) => item.raters > 1);
  const meanWeight = meanOverItems(paired, (item) => item.weight);
  const rescaled = paired.map((item) => ({ ...item, weight: item.weight / meanWeight }));
  const linearise = lineariseWith(distanceFor(options, categories));
  return chanceCorrectedEstimate(rescaled, level, `Krippendorff's alpha (${options.metric})`, linearise, options.seed);
}

function distanceFor(options: AlphaOptions, categories: readonly (string | number)[]) {
  if (options.metric === "nominal") return () => nominalDistance;
  if (options.metric === "ordinal") {
    if (!options.categories && categories.some((category) => typeof category !== "number")) {
      throw new StatisticsError("invalid_argument", "Ordinal agreement needs the categories in their order.");
    }
    return ordinalDistance;
  }
  const numbers = categories.filter((category) => typeof category === "number" && Number.isFinite(category));
  if (numbers.length < categories.length) {
    throw new StatisticsError("invalid_argument", "Agreement by interval distance needs categories that are numbers.");
  }
  const distance = intervalDistance(numbers.map(Number));
  return () => distance;
}
