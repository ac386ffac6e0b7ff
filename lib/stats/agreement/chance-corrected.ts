import { StatisticsError } from "../error";
import { criticalT } from "../numerics/distributions";
import type { RatioCell } from "../sampling/ratio";
import type { Estimate } from "../types";
import { bootstrapCoefficient } from "./bootstrap";
import { agreementInterval } from "./rare-items";
import { itemTotal, meanOverItems, type RatedItem } from "./rating-table";

/**
 * A coefficient 1 − observed / expected disagreement at one sample, linearised: what an item with such counts adds to
 * the observed and (as a tangent, whose weighted mean is the expected disagreement) to the expected one.
 */
export type LinearisedCoefficient = {
  value: number;
  observed: (counts: readonly number[], raters: number) => number;
  expected: (counts: readonly number[], raters: number) => number;
  expectedDisagreement: number;
  /** Weight of an item in both means: its design weight, or that times its number of ratings. */
  weight: (item: RatedItem) => number;
};

/**
 * Items that could occur but may not have been seen: all agree on a category, or the two most frequent ones split. Where
 * several are equally frequent each of them counts, so that neither names nor rounding choose.
 */
function possibleItems(items: readonly RatedItem[]): RatedItem[] {
  const raters = Math.max(...items.map((item) => item.raters));
  const totals = (items[0]?.counts ?? []).map((_, category) =>
    items.reduce((sum, item) => sum + item.count * item.weight * (item.counts[category] ?? 0), 0),
  );
  const all = totals.reduce((sum, total) => sum + total, 0);
  const [most, second] = totals.toSorted((a, b) => b - a);
  const categoriesWith = (wanted: number | undefined) =>
    [...totals.keys()].filter((category) => Math.abs((totals[category] ?? 0) - (wanted ?? Number.NaN)) <= 1e-9 * all);
  const empty = totals.map(() => 0);
  const unanimous = [...totals.keys()]
    .filter((category) => (totals[category] ?? 0) > 0)
    .map((category) => empty.with(category, raters));
  const split = categoriesWith(most).flatMap((first) =>
    categoriesWith(second)
      .filter((other) => other !== first)
      .map((other) => empty.with(first, Math.ceil(raters / 2)).with(other, Math.floor(raters / 2))),
  );
  return [...unanimous, ...split].map((counts) => ({ counts, raters, weight: 1, count: 0 }));
}

/** The coefficient as a ratio of means over items, with one cell for each kind of item, seen or possible. */
function ratioCells(items: readonly RatedItem[], coefficient: LinearisedCoefficient): RatioCell[] {
  const all = items.reduce((sum, item) => sum + item.count * item.weight, 0);
  const rated = items.reduce((sum, item) => sum + (item.raters > 1 ? item.count * item.weight : 0), 0);
  const cells = new Map<string, RatioCell>();
  const add = (item: RatedItem) => {
    const key = `${item.counts.join()}|${item.weight}`;
    const cell = cells.get(key);
    if (cell) {
      cell.count += item.count;
      return;
    }
    const weight = coefficient.weight(item);
    const expected = weight * coefficient.expected(item.counts, item.raters);
    const observed = item.raters > 1 ? (weight * coefficient.observed(item.counts, item.raters) * all) / rated : 0;
    cells.set(key, { numerator: expected - observed, denominator: expected, count: item.count });
  };
  for (const item of [...items, ...possibleItems(items)]) add(item);
  return [...cells.values()];
}

/** Gwet, Handbook of Inter-Rater Reliability (2014), sections 5.3 and 6.4: variance over items, some rated only once. */
function linearisedStandardError(items: readonly RatedItem[], coefficient: LinearisedCoefficient): number {
  const n = itemTotal(items);
  const meanWeight = meanOverItems(items, coefficient.weight);
  const ratedShare = meanOverItems(items, (item) => (item.raters > 1 ? coefficient.weight(item) : 0)) / meanWeight;
  const { value, expectedDisagreement } = coefficient;
  const sum = items.reduce((total, item) => {
    const rated = item.raters > 1 ? 1 / ratedShare : 0;
    const observed = rated > 0 ? coefficient.observed(item.counts, item.raters) : 0;
    const chance = (1 - value) * (coefficient.expected(item.counts, item.raters) / expectedDisagreement - 1);
    const distance = rated * (1 - observed / expectedDisagreement) - value + chance;
    return total + item.count * ((coefficient.weight(item) / meanWeight) * distance) ** 2;
  }, 0);
  return Math.sqrt(sum / (n * (n - 1)));
}

function countAgreement(items: readonly RatedItem[]) {
  const unanimous = new Map<number, number>();
  let rated = 0;
  for (const item of items) {
    if (item.raters < 2) continue;
    rated += item.count;
    const category = item.counts.indexOf(item.raters);
    if (category >= 0) unanimous.set(category, (unanimous.get(category) ?? 0) + item.count);
  }
  const agreeing = [...unanimous.values()].reduce((sum, count) => sum + count, 0);
  return {
    items: rated,
    disagreeing: rated - agreeing,
    agreeingOnOther: agreeing - Math.max(0, ...unanimous.values()),
  };
}

/**
 * The estimate of a chance-corrected coefficient from a sample of items: t with n − 1 degrees of freedom on the
 * linearised standard error, with agreementInterval's care for rare kinds of items.
 */
export function chanceCorrectedEstimate(
  items: readonly RatedItem[],
  level: number,
  name: string,
  linearise: (items: readonly RatedItem[]) => LinearisedCoefficient | null,
  seed?: number,
): Estimate {
  const coefficient = linearise(items);
  if (!coefficient) {
    throw new StatisticsError(
      "no_variation",
      `All ratings are the same category, so agreement by chance would be perfect too, and ${name} has no value.`,
    );
  }
  const n = itemTotal(items);
  if (n < 2) throw new StatisticsError("too_few_observations", `The uncertainty of ${name} needs at least two items.`);
  const { value } = coefficient;
  const half = criticalT(level, n - 1);
  const bootstrapped =
    seed === undefined ? null : bootstrapCoefficient(items, (sample) => linearise(sample)?.value, level, seed);
  const linearised = linearisedStandardError(items, coefficient);
  const uncertainty = bootstrapped ?? {
    standardError: linearised,
    interval: { lower: value - half * linearised, upper: value + half * linearised },
  };
  const cells = () => ratioCells(items, coefficient);
  const { note, ...limits } = agreementInterval(value, uncertainty, half, level, countAgreement(items), cells);
  const kind = bootstrapped ? "bootstrap over items, percentile interval" : "linearised over items, t interval";
  return { value, ...limits, level, n, method: `${name}, ${kind}${note}` };
}
