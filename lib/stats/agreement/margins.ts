import type { RatedItem } from "./rating-table";

/** Share of each category: the weighted mean over items of an item's own shares, items rated once included. */
export function meanShares(items: readonly RatedItem[]): number[] {
  const total = items.reduce((sum, item) => sum + item.count * item.weight, 0);
  return (items[0]?.counts ?? []).map((_, category) => {
    const sum = items.reduce((all, { counts, raters, weight, count }) => {
      return all + (count * weight * (counts[category] ?? 0)) / raters;
    }, 0);
    return sum / total;
  });
}

/** Share of an item's pairs of raters that chose different categories. */
export function pairDisagreement(counts: readonly number[], raters: number): number {
  const agreeing = counts.reduce((sum, count) => sum + count * (count - 1), 0);
  return 1 - agreeing / (raters * (raters - 1));
}

/** pairDisagreement averaged over the items that were rated more than once. */
export function meanPairDisagreement(items: readonly RatedItem[]): number {
  let [sum, weight] = [0, 0];
  for (const item of items) {
    if (item.raters < 2) continue;
    sum += item.count * item.weight * pairDisagreement(item.counts, item.raters);
    weight += item.count * item.weight;
  }
  return sum / weight;
}

/** Sum over categories of an item's share of ratings times a value per category. */
export function shareWeighted(counts: readonly number[], raters: number, values: readonly number[]): number {
  return counts.reduce((sum, count, category) => sum + (count / raters) * (values[category] ?? 0), 0);
}
