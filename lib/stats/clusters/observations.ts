import type { Matrix } from "../numerics/matrix";

/**
 * One kind of observation in a fitted model: its score and its information, for the few parameters that it touches.
 * `information` is the block of those parameters, row by row.
 */
export type ObservationKind = {
  parameters: readonly number[];
  score: readonly number[];
  information: readonly number[];
};

/** A model fitted to independent observations: the inverse of its information, and its kinds of observation. */
export type FittedModel = { inverseInformation: Matrix; kinds: readonly ObservationKind[] };

/** Row by row: `count` observations of the same kind. */
export type Observations = { kind: Int32Array; count: Float64Array };

/** For each row the number of its cluster (such as a voter), or -1 where every observation is a cluster of its own. */
export type ClusterDimension = { cluster: Int32Array; count: number };

/** Numbers ids in order of appearance; undefined becomes -1. */
export function numberClusters(ids: readonly (string | undefined)[]): ClusterDimension {
  const numbers = new Map<string, number>();
  const cluster = Int32Array.from(ids, (id) => {
    if (id === undefined) return -1;
    const known = numbers.get(id);
    if (known !== undefined) return known;
    numbers.set(id, numbers.size);
    return numbers.size - 1;
  });
  return { cluster, count: numbers.size };
}

/** Every observation its own cluster. */
export function singleObservations({ kind }: Observations): ClusterDimension {
  return { cluster: new Int32Array(kind.length).fill(-1), count: 0 };
}

/** Clusters of observations that share both; an observation that is its own cluster in either is its own. */
export function intersectClusters(first: ClusterDimension, second: ClusterDimension): ClusterDimension {
  const numbers = new Map<number, number>();
  const cluster = first.cluster.map((one, row) => {
    const other = second.cluster[row] ?? -1;
    if (one < 0 || other < 0) return -1;
    const key = one * second.count + other;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  });
  return { cluster, count: numbers.size };
}

/**
 * Observations in the order of their clusters: cluster c has the entries start[c] to start[c + 1], and there are
 * copies[c] clusters like it (more than one where observations of a kind are clusters of their own).
 */
export type GroupedObservations = {
  kind: Int32Array;
  count: Float64Array;
  start: Int32Array;
  copies: Float64Array;
};

export function groupByCluster(observations: Observations, dimension: ClusterDimension): GroupedObservations {
  const alone = new Map<number, number>();
  const rowsOf = new Int32Array(dimension.count);
  let shared = 0;
  dimension.cluster.forEach((id, row) => {
    const [kind, count] = [observations.kind[row] ?? 0, observations.count[row] ?? 0];
    if (id < 0) alone.set(kind, (alone.get(kind) ?? 0) + count);
    else {
      rowsOf[id] = (rowsOf[id] ?? 0) + 1;
      shared += 1;
    }
  });
  const clusters = dimension.count + alone.size;
  const start = new Int32Array(clusters + 1);
  rowsOf.forEach((rows, id) => {
    start[id + 1] = (start[id] ?? 0) + rows;
  });
  const kind = new Int32Array(shared + alone.size);
  const count = new Float64Array(shared + alone.size).fill(1);
  const copies = new Float64Array(clusters).fill(1);
  const next = start.slice();
  dimension.cluster.forEach((id, row) => {
    if (id < 0) return;
    const place = next[id] ?? 0;
    next[id] = place + 1;
    kind[place] = observations.kind[row] ?? 0;
    count[place] = observations.count[row] ?? 0;
  });
  [...alone].forEach(([aloneKind, observed], index) => {
    kind[shared + index] = aloneKind;
    copies[dimension.count + index] = observed;
    start[dimension.count + index + 1] = shared + index + 1;
  });
  return { kind, count, start, copies };
}
