import { requireCount, requireLevel, StatisticsError } from "../error";
import { criticalNormal } from "../numerics/distributions";
import { wilsonInterval } from "../proportions";
import type { Estimate } from "../types";

/**
 * Agreement of two raters on one category (0 to 1): of the times that either chose it, how often the other did too.
 * `both`: items on which both chose it, `one`: items on which exactly one did. Positive and negative agreement of
 * Cicchetti and Feinstein, Journal of Clinical Epidemiology 43 (1990), equations 1 and 2: 2·both / (2·both + one). That is
 * 2q / (1 + q) of the share q = both / (both + one), so Wilson's interval of q carries over. `n` counts the items on which
 * at least one chose the category.
 *
 * @throws StatisticsError `invalid_argument`; `empty_input` when nobody chose the category
 */
export function specificAgreement(both: number, one: number, level = 0.95): Estimate {
  requireLevel(level);
  requireCount(both, "The number of items that both chose");
  requireCount(one, "The number of items that one chose");
  const n = both + one;
  if (n === 0) throw new StatisticsError("empty_input", "Nobody chose this category, so there is nothing to agree on.");
  const agreementOf = (share: number) => (2 * share) / (1 + share);
  const { lower, upper } = wilsonInterval(both, n, level);
  const interval = { lower: agreementOf(lower), upper: agreementOf(upper) };
  return {
    value: agreementOf(both / n),
    standardError: (interval.upper - interval.lower) / (2 * criticalNormal(level)),
    interval,
    level,
    n,
    method: "agreement on one category, from Wilson's interval of the share of items that both chose",
  };
}
