import { requireCount, requireFinite, requireLevel, StatisticsError } from "../error";

export type Rating = string | number | null;

export type AgreementOptions = {
  level?: number;
  /** All categories that could be chosen; without it those that were. Their order matters for ordinal distances. */
  categories?: (string | number)[];
  /** One weight per item, such as 1 / inclusion probability; only their proportions matter. */
  itemWeights?: number[];
  /** How many items each column of the ratings stands for, so that a tally costs as much as its kinds of items. */
  itemCounts?: number[];
  /** Takes standard error and interval from 2,000 bootstrap samples of items instead of from the linearisation. */
  seed?: number;
};

/** Items alike (`count` of them): how many raters chose each category, and the weight of each (weights average 1). */
export type RatedItem = { counts: number[]; raters: number; weight: number; count: number };

export type RatingTable = { categories: (string | number)[]; items: RatedItem[]; level: number };

function observedCategories(ratings: readonly (readonly Rating[])[]): (string | number)[] {
  const seen = new Set<string | number>();
  for (const row of ratings) for (const rating of row) if (rating !== null) seen.add(rating);
  const categories = [...seen];
  return categories.every((category) => typeof category === "number")
    ? categories.sort((a, b) => a - b)
    : categories.sort((a, b) => (String(a) < String(b) ? -1 : 1));
}

function requireRectangle(
  ratings: readonly (readonly Rating[])[],
  { itemWeights, itemCounts }: AgreementOptions,
): number {
  const itemCount = ratings[0]?.length ?? 0;
  if (itemCount === 0) throw new StatisticsError("empty_input", "Agreement needs raters and items.");
  if (ratings.some((row) => row.length !== itemCount)) {
    throw new StatisticsError("invalid_argument", "Every rater needs one entry per item; null stands for 'not rated'.");
  }
  if (itemWeights && itemWeights.length !== itemCount) {
    throw new StatisticsError("invalid_argument", `There are ${itemCount} items but ${itemWeights.length} weights.`);
  }
  if (itemCounts && itemCounts.length !== itemCount) {
    throw new StatisticsError("invalid_argument", `There are ${itemCount} items but ${itemCounts.length} counts.`);
  }
  for (const count of itemCounts ?? []) requireCount(count, "An item count");
  for (const weight of itemWeights ?? []) {
    requireFinite(weight, "An item weight");
    if (weight <= 0) throw new StatisticsError("invalid_argument", "Item weights must be greater than 0.");
  }
  return itemCount;
}

export function itemTotal(items: readonly RatedItem[]): number {
  return items.reduce((sum, item) => sum + item.count, 0);
}

export function meanOverItems(items: readonly RatedItem[], measure: (item: RatedItem) => number): number {
  return items.reduce((sum, item) => sum + item.count * measure(item), 0) / itemTotal(items);
}

/** Counts per item of ratings[rater][item]; items that nobody rated are left out. */
export function tabulateRatings(ratings: readonly (readonly Rating[])[], options: AgreementOptions): RatingTable {
  const level = options.level ?? 0.95;
  requireLevel(level);
  const itemCount = requireRectangle(ratings, options);
  const categories = options.categories ?? observedCategories(ratings);
  const indexOf = new Map(categories.map((category, index) => [category, index]));
  if (indexOf.size !== categories.length) {
    throw new StatisticsError("invalid_argument", "Each category may be listed only once.");
  }
  const items: RatedItem[] = [];
  for (let item = 0; item < itemCount; item++) {
    const counts = new Array<number>(categories.length).fill(0);
    let raters = 0;
    for (const row of ratings) {
      const rating = row[item];
      if (rating === null || rating === undefined) continue;
      const index = indexOf.get(rating);
      if (index === undefined) {
        throw new StatisticsError("unknown_category", `"${rating}" is not among the categories.`, [String(rating)]);
      }
      counts[index] = (counts[index] ?? 0) + 1;
      raters += 1;
    }
    const count = options.itemCounts?.[item] ?? 1;
    if (raters > 0 && count > 0) items.push({ counts, raters, weight: options.itemWeights?.[item] ?? 1, count });
  }
  if (!items.some((item) => item.raters > 1)) {
    throw new StatisticsError("too_few_observations", "Agreement needs at least one item that two people rated.");
  }
  const meanWeight = meanOverItems(items, (item) => item.weight);
  for (const item of items) item.weight /= meanWeight;
  return { categories, items, level };
}
