import { Matrix } from "../numerics/matrix";
import { applyToEigenvalues } from "../numerics/symmetric-eigen";
import {
  type ClusterDimension,
  type FittedModel,
  intersectClusters,
  type Observations,
  singleObservations,
} from "./observations";
import { clusterRobust, type RobustCovariance } from "./one-way";

/** One voter's votes say nothing about the error between voters, and single observations are no dimension. */
function hasError({ cluster, count }: ClusterDimension): boolean {
  return count > 1 || (count === 1 && cluster.includes(-1));
}

/** With this many degrees of freedom between clusters, an estimate is no longer far too small by chance. */
const STEADY = 20;

/**
 * Covariance of contrasts when observations hang together in any of up to two dimensions, such as voter and prompt:
 * the sum of both one-way covariances less that of the intersection (Cameron, Gelbach and Miller, Journal of Business
 * and Economic Statistics 29, 2011), made positive semidefinite. With few clusters in a dimension no variance is left
 * below that of either dimension or of single observations. A dimension with one cluster is left out.
 */
export function multiwayRobust(
  model: FittedModel,
  observations: Observations,
  dimensions: readonly ClusterDimension[],
  contrasts: Matrix,
): RobustCovariance {
  const [first, second] = dimensions.filter(hasError);
  const single = singleObservations(observations);
  const one = clusterRobust(model, observations, first ?? single, contrasts);
  if (!first) return one;
  const alone = clusterRobust(model, observations, single, contrasts);
  if (!second) return raiseUnsteady(one, [one], [alone]);
  const two = clusterRobust(model, observations, second, contrasts);
  const both = clusterRobust(model, observations, intersectClusters(first, second), contrasts);
  const sum = one.covariance.values.map((value, index) => {
    return value + (two.covariance.values[index] ?? 0) - (both.covariance.values[index] ?? 0);
  });
  const covariance = applyToEigenvalues(new Matrix(contrasts.rows, contrasts.rows, sum), (value) => Math.max(0, value));
  const degreesOfFreedom = one.degreesOfFreedom.map((degrees, c) => {
    const others = two.degreesOfFreedom[c] ?? degrees;
    const spread = one.covariance.at(c, c) ** 2 / degrees + two.covariance.at(c, c) ** 2 / others;
    const satterthwaite = spread > 0 ? covariance.at(c, c) ** 2 / spread : 1;
    return Math.max(Math.min(degrees, others), satterthwaite);
  });
  return raiseUnsteady({ covariance, degreesOfFreedom }, [one, two], [one, two, both, alone]);
}

/** Where a dimension is not steady, or no variance came out, the largest variance of all; correlations stay. */
function raiseUnsteady(
  main: RobustCovariance,
  dimensions: readonly RobustCovariance[],
  candidates: readonly RobustCovariance[],
): RobustCovariance {
  const size = main.covariance.rows;
  const chosen = Array.from({ length: size }, (_, c) => {
    const steady = dimensions.every((dimension) => (dimension.degreesOfFreedom[c] ?? 0) >= STEADY);
    if (steady && main.covariance.at(c, c) > 0) return main;
    return candidates.reduce((best, other) => {
      return other.covariance.at(c, c) > best.covariance.at(c, c) ? other : best;
    }, main);
  });
  const errors = chosen.map((choice, c) => Math.sqrt(choice.covariance.at(c, c)));
  const covariance = new Matrix(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const scale = Math.sqrt(main.covariance.at(i, i) * main.covariance.at(j, j));
      const correlation = i === j ? 1 : scale > 0 ? main.covariance.at(i, j) / scale : 0;
      covariance.set(i, j, correlation * (errors[i] ?? 0) * (errors[j] ?? 0));
    }
  }
  return { covariance, degreesOfFreedom: chosen.map((choice, c) => choice.degreesOfFreedom[c] ?? 1) };
}
