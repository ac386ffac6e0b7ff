import type { Estimate } from "../types";
import { chanceCorrectedEstimate, type LinearisedCoefficient } from "./chance-corrected";
import { meanPairDisagreement, meanShares, pairDisagreement, shareWeighted } from "./margins";
import { type AgreementOptions, type RatedItem, type Rating, tabulateRatings } from "./rating-table";

function linearise(items: readonly RatedItem[]): LinearisedCoefficient | null {
  const shares = meanShares(items);
  const expected = 1 - shares.reduce((sum, share) => sum + share * share, 0);
  if (expected < 1e-12) return null;
  const others = shares.map((share) => 1 - share);
  return {
    value: 1 - meanPairDisagreement(items) / expected,
    observed: pairDisagreement,
    expected: (counts, raters) => 2 * shareWeighted(counts, raters, others) - expected,
    expectedDisagreement: expected,
    weight: (item) => item.weight,
  };
}

/**
 * Fleiss' κ (−1 to 1) of ratings[rater][item], null = not rated: Fleiss, Psychological Bulletin 76 (1971), equations
 * 1–7; with gaps as in Gwet, Handbook of Inter-Rater Reliability (2014), section 2.5: items rated once count in the
 * shares of the categories only. The standard error is for items as a random sample, raters as given.
 *
 * @throws StatisticsError `empty_input`, `invalid_argument`, `unknown_category`, `too_few_observations`; `no_variation`
 * when all ratings are one category
 */
export function fleissKappa(ratings: readonly (readonly Rating[])[], options: AgreementOptions = {}): Estimate {
  const { items, level } = tabulateRatings(ratings, options);
  return chanceCorrectedEstimate(items, level, "Fleiss' kappa", linearise, options.seed);
}
