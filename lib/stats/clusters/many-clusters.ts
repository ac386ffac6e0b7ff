import { Matrix, sandwich } from "../numerics/matrix";
import type { FittedModel, GroupedObservations, ObservationKind } from "./observations";

/** What one observation of a kind adds to the model's own variance of every contrast. */
function varianceShares(kind: ObservationKind, directions: Matrix): Float64Array {
  const size = kind.parameters.length;
  return Float64Array.from({ length: directions.rows }, (_, contrast) => {
    let sum = 0;
    for (let i = 0; i < size; i++) {
      const direction = directions.at(contrast, kind.parameters[i] ?? 0);
      for (let j = 0; j < size; j++) {
        sum += (kind.information[i * size + j] ?? 0) * direction * directions.at(contrast, kind.parameters[j] ?? 0);
      }
    }
    return sum;
  });
}

function sumOfScores(model: FittedModel, groups: GroupedObservations): Matrix {
  const size = model.inverseInformation.rows;
  const meat = new Matrix(size, size);
  const sum = new Float64Array(size);
  const seenIn = new Int32Array(size).fill(-1);
  const touched = new Int32Array(size);
  const { start, kind, count, copies } = groups;
  for (let cluster = 0; cluster < copies.length; cluster++) {
    let width = 0;
    for (let entry = start[cluster] ?? 0; entry < (start[cluster + 1] ?? 0); entry++) {
      const { parameters, score } = model.kinds[kind[entry] ?? 0] ?? { parameters: [], score: [] };
      const observed = count[entry] ?? 0;
      for (let i = 0; i < parameters.length; i++) {
        const parameter = parameters[i] ?? 0;
        if (seenIn[parameter] !== cluster) {
          seenIn[parameter] = cluster;
          sum[parameter] = 0;
          touched[width++] = parameter;
        }
        sum[parameter] = (sum[parameter] ?? 0) + observed * (score[i] ?? 0);
      }
    }
    const alike = copies[cluster] ?? 0;
    for (let i = 0; i < width; i++) {
      const row = touched[i] ?? 0;
      const scaled = alike * (sum[row] ?? 0);
      for (let j = 0; j < width; j++) {
        const column = touched[j] ?? 0;
        meat.add(row, column, scaled * (sum[column] ?? 0));
      }
    }
  }
  return meat;
}

/** Cluster-robust covariance of contrasts without small-sample correction. */
export function plainCovariance(model: FittedModel, groups: GroupedObservations, contrasts: Matrix): Matrix {
  return sandwich(contrasts.times(model.inverseInformation), sumOfScores(model, groups));
}

/**
 * Effective number of clusters behind each contrast less 1 (Carter, Schnepel and Steigerwald, Review of Economics and
 * Statistics 99, 2017): few, where few clusters carry it.
 */
export function effectiveDegreesOfFreedom(
  model: FittedModel,
  groups: GroupedObservations,
  contrasts: Matrix,
): number[] {
  const directions = contrasts.times(model.inverseInformation);
  const shares = model.kinds.map((kind) => varianceShares(kind, directions));
  const total = new Float64Array(contrasts.rows);
  const square = new Float64Array(contrasts.rows);
  const share = new Float64Array(contrasts.rows);
  const { start, kind, count, copies } = groups;
  for (let cluster = 0; cluster < copies.length; cluster++) {
    share.fill(0);
    for (let entry = start[cluster] ?? 0; entry < (start[cluster + 1] ?? 0); entry++) {
      const each = shares[kind[entry] ?? 0] ?? share;
      const observed = count[entry] ?? 0;
      for (let c = 0; c < share.length; c++) share[c] = (share[c] ?? 0) + observed * (each[c] ?? 0);
    }
    const alike = copies[cluster] ?? 0;
    for (let c = 0; c < share.length; c++) {
      total[c] = (total[c] ?? 0) + alike * (share[c] ?? 0);
      square[c] = (square[c] ?? 0) + alike * (share[c] ?? 0) ** 2;
    }
  }
  return Array.from(total, (all, c) => {
    const squares = square[c] ?? 0;
    return squares > 0 ? Math.max(1, all ** 2 / squares - 1) : Number.POSITIVE_INFINITY;
  });
}
