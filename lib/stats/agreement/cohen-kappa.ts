import { requireCount, requireLevel, StatisticsError } from "../error";
import { criticalNormal } from "../numerics/distributions";
import type { RatioCell } from "../sampling/ratio";
import type { Estimate } from "../types";
import { agreementInterval } from "./rare-items";

function requireSquare(table: readonly (readonly number[])[]): number {
  if (table.length < 2 || table.some((row) => row.length !== table.length)) {
    throw new StatisticsError("invalid_argument", "The table of counts must be square, with at least two categories.");
  }
  let n = 0;
  for (const count of table.flat()) {
    requireCount(count, "A count of the table");
    n += count;
  }
  if (n === 0) throw new StatisticsError("empty_input", "The table has no items.");
  return n;
}

/**
 * Cohen's κ (−1 to 1) of two raters from a square table of counts, rows one rater, columns the other: Cohen,
 * Educational and Psychological Measurement 20 (1960). Large-sample standard error by Fleiss, Cohen and Everitt,
 * Psychological Bulletin 72 (1969), equation 13; normal interval, clipped to the range, and widened to the limits of a
 * score test where few items disagree, or few agree on anything but the most frequent category.
 *
 * @throws StatisticsError `invalid_argument`, `empty_input`; `no_variation` when all ratings are one category
 */
export function cohenKappa(table: readonly (readonly number[])[], level = 0.95): Estimate {
  requireLevel(level);
  const n = requireSquare(table);
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0) / n);
  const columns = table.map((_, column) => table.reduce((sum, row) => sum + (row[column] ?? 0), 0) / n);
  const agreed = table.map((row, category) => row[category] ?? 0);
  const agreements = agreed.reduce((sum, count) => sum + count, 0);
  const chance = rows.reduce((sum, share, category) => sum + share * (columns[category] ?? 0), 0);
  if (1 - chance < 1e-12) {
    throw new StatisticsError(
      "no_variation",
      "All ratings are the same category, so agreement by chance would be perfect too, and Cohen's kappa has no value.",
    );
  }
  const value = (agreements / n - chance) / (1 - chance);
  // kappa = 1 − observed / expected disagreement, the expected one as its tangent at the sample
  const cells: RatioCell[] = table.flatMap((row, first) =>
    row.map((count, second) => {
      const expected = 1 + chance - (columns[first] ?? 0) - (rows[second] ?? 0);
      return { numerator: expected - (first === second ? 0 : 1), denominator: expected, count };
    }),
  );
  const sum = cells.reduce((total, cell) => {
    return total + cell.count * ((cell.numerator - value * cell.denominator) / (1 - chance)) ** 2;
  }, 0);
  const z = criticalNormal(level);
  const standardError = Math.sqrt(sum) / n;
  const interval = { lower: value - z * standardError, upper: value + z * standardError };
  const counts = {
    items: n,
    disagreeing: n - agreements,
    agreeingOnOther: agreements - Math.max(...agreed),
  };
  const limits = agreementInterval(value, { standardError, interval }, z, level, counts, () => cells);
  const { note, ...uncertainty } = limits;
  return { value, ...uncertainty, level, n, method: `Cohen's kappa, large-sample interval${note}` };
}
