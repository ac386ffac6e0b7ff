import type { Estimate } from "../types";
import { chanceCorrectedEstimate, type LinearisedCoefficient } from "./chance-corrected";
import { meanPairDisagreement, meanShares, pairDisagreement, shareWeighted } from "./margins";
import { type AgreementOptions, type RatedItem, type Rating, tabulateRatings } from "./rating-table";

function lineariseWith(categoryCount: number) {
  return (items: readonly RatedItem[]): LinearisedCoefficient => {
    const shares = meanShares(items);
    const chance = shares.reduce((sum, share) => sum + share * (1 - share), 0) / (categoryCount - 1);
    const slopes = shares.map((share) => (1 - 2 * share) / (categoryCount - 1));
    const meanSlope = shares.reduce((sum, share, category) => sum + share * (slopes[category] ?? 0), 0);
    return {
      value: 1 - meanPairDisagreement(items) / (1 - chance),
      observed: pairDisagreement,
      expected: (counts, raters) => 1 - chance - (shareWeighted(counts, raters, slopes) - meanSlope),
      expectedDisagreement: 1 - chance,
      weight: (item) => item.weight,
    };
  };
}

/**
 * Gwet's AC1 (−1 to 1) of ratings[rater][item], null = not rated: Gwet, British Journal of Mathematical and Statistical
 * Psychology 61 (2008), equations 6–9; with gaps and several raters as in his Handbook (2014), section 2.5. Unlike κ it
 * does not collapse when one category is rare. Items rated once count in the shares of the categories only. The number
 * of categories is that of `options.categories`, else of those seen, and at least 2. The interval uses t with n − 1
 * degrees of freedom, clipped to 1.
 *
 * @throws StatisticsError `empty_input`, `invalid_argument`, `unknown_category`, `too_few_observations`
 */
export function gwetAC1(ratings: readonly (readonly Rating[])[], options: AgreementOptions = {}): Estimate {
  const { items, level, categories } = tabulateRatings(ratings, options);
  const other = categories.length < 2 ? [0] : [];
  const complete = items.map((item) => ({ ...item, counts: [...item.counts, ...other] }));
  const linearise = lineariseWith(categories.length + other.length);
  return chanceCorrectedEstimate(complete, level, "Gwet's AC1", linearise, options.seed);
}
