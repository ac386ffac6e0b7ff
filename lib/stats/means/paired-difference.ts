import { multiwayRobust } from "../clusters/multiway";
import { numberClusters, type ObservationKind } from "../clusters/observations";
import { requireFinite, requireLevel, StatisticsError } from "../error";
import { criticalNormal, criticalT } from "../numerics/distributions";
import { Matrix } from "../numerics/matrix";
import type { RatioCell, RatioStratum } from "../sampling/ratio";
import { scoreInterval } from "../sampling/score-interval";
import type { Estimate, Interval } from "../types";

/** Results of two on the same thing, such as a question; null where one has none. */
export type PairedRow = { a: number | null; b: number | null; cluster?: string };

/** With fewer rows than this that differ from the most frequent difference, the spread is not trusted. */
const SPARSE = 5;

function mean(values: readonly number[], of: "a" | "b"): number {
  if (values.length < 2) {
    throw new StatisticsError("too_few_observations", `A difference needs at least two values of ${of}.`);
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The difference of both means as a fitted model with two parameters, one kind of observation per row. */
function linearised(rows: readonly PairedRow[], means: { a: number; b: number }, sizes: { a: number; b: number }) {
  const kinds = rows.map(({ a, b }): ObservationKind => {
    return {
      parameters: [0, 1],
      score: [a === null ? 0 : a - means.a, b === null ? 0 : b - means.b],
      information: [a === null ? 0 : 1, 0, 0, b === null ? 0 : 1],
    };
  });
  const inverseInformation = new Matrix(2, 2, Float64Array.of(1 / sizes.a, 0, 0, 1 / sizes.b));
  const observations = { kind: Int32Array.from(rows.keys()), count: new Float64Array(rows.length).fill(1) };
  const clusters = numberClusters(rows.map((row) => row.cluster));
  const contrast = new Matrix(1, 2, Float64Array.of(1, -1));
  const { covariance, degreesOfFreedom } = multiwayRobust(
    { inverseInformation, kinds },
    observations,
    [clusters],
    contrast,
  );
  return {
    standardError: Math.sqrt(covariance.at(0, 0)),
    degreesOfFreedom: degreesOfFreedom[0] ?? 1,
    clusters: clusters.count,
  };
}

function cellsOf(values: readonly number[], possible: readonly number[], denominator: number): RatioCell[] {
  const counts = new Map(possible.map((value) => [value, 0]));
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([numerator, count]) => ({ numerator, denominator, count }));
}

/**
 * Interval by a score test, for differences that hardly vary; without clusters and for values 0 and 1 this is Tango's
 * (Statistics in Medicine 17, 1998), made more cautious. A row that was not seen may differ by all that values spread.
 */
function sparseInterval(rows: readonly PairedRow[], value: number, level: number, clusters: number): Interval {
  const [a, b] = [rows.flatMap((row) => row.a ?? []), rows.flatMap((row) => row.b ?? [])];
  const [low, high] = [Math.min(0, ...a, ...b), Math.max(0, ...a, ...b)];
  const spread = high - low || 1;
  const paired = rows.every((row) => row.a !== null && row.b !== null);
  const strata: RatioStratum[] = paired
    ? [{ share: 1, unsampled: 1, cells: cellsOf(differences(rows), [-spread, 0, spread], 1) }]
    : [
        { share: 1, unsampled: 1, cells: cellsOf(a, [low, low + spread], 1) },
        { share: 1, unsampled: 1, cells: cellsOf(b, [low, low + spread], 0).map(negated) },
      ];
  // rows of a cluster may all repeat each other: no more is known than from one row of each
  const known = clusters > 0 ? Math.min(1, clusters / rows.length) : 1;
  const scaled = strata.map((stratum) => ({
    ...stratum,
    cells: stratum.cells.map((cell) => ({ ...cell, count: cell.count * known })),
  }));
  return scoreInterval(scaled, value, { level, range: { lower: -spread, upper: spread } });
}

function negated(cell: RatioCell): RatioCell {
  return { ...cell, numerator: -cell.numerator };
}

function differences(rows: readonly PairedRow[]): number[] {
  return rows.flatMap(({ a, b }) => (a === null || b === null ? [] : a - b));
}

/** Rows that differ otherwise than most do, or all rows where the overlap is partial. */
function variedRows(rows: readonly PairedRow[]): number {
  const pairs = differences(rows);
  if (pairs.length < rows.length) return rows.length;
  const counts = new Map<number, number>();
  for (const difference of pairs) counts.set(difference, (counts.get(difference) ?? 0) + 1);
  return pairs.length - Math.max(...counts.values());
}

/**
 * Difference of two means over the same rows, mean of a less mean of b, in the unit of the values. All values count,
 * also of rows that have only one, with the covariance from those that have both (as the partially overlapping samples t
 * test of Derrick, Russ, Toher and White, Journal of Modern Applied Statistical Methods 16, 2017). With all rows
 * complete and no clusters this is the paired t interval. Rows of a cluster are not independent: CR2 with Satterthwaite
 * degrees of freedom, see clusterRobust. Where fewer than five rows differ from the most frequent difference (few
 * discordant pairs), the interval is that of a score test, also for clusters as if each were one row.
 *
 * @throws StatisticsError `invalid_argument`; `too_few_observations` with fewer than two values of either, or one cluster
 */
export function pairedDifference(rows: readonly PairedRow[], level = 0.95): Estimate {
  requireLevel(level);
  for (const { a, b } of rows) for (const value of [a, b]) if (value !== null) requireFinite(value, "A value");
  const used = rows.filter((row) => row.a !== null || row.b !== null);
  const [a, b] = [used.flatMap((row) => row.a ?? []), used.flatMap((row) => row.b ?? [])];
  const means = { a: mean(a, "a"), b: mean(b, "b") };
  const value = means.a - means.b;
  const error = linearised(used, means, { a: a.length, b: b.length });
  if (error.clusters === 1 && used.every((row) => row.cluster !== undefined)) {
    throw new StatisticsError(
      "too_few_observations",
      "All rows are in one cluster, so the error between clusters is unknown.",
    );
  }
  const n = used.length;
  if (error.standardError > 0 && variedRows(used) >= SPARSE) {
    const half = criticalT(level, error.degreesOfFreedom) * error.standardError;
    const interval = { lower: value - half, upper: value + half };
    const method =
      error.clusters > 0 ? "difference of means, CR2 by cluster, t interval" : "difference of means, t interval";
    return { value, standardError: error.standardError, interval, level, n, method };
  }
  const interval = sparseInterval(used, value, level, error.clusters);
  const implied = (interval.upper - interval.lower) / (2 * criticalNormal(level));
  const standardError = error.standardError || implied;
  return {
    value,
    standardError,
    interval,
    level,
    n,
    method: "difference of means, score interval for few differences",
  };
}
