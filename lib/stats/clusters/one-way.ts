import type { Matrix } from "../numerics/matrix";
import { biasReducedCovariance } from "./few-clusters";
import { effectiveDegreesOfFreedom, plainCovariance } from "./many-clusters";
import { type ClusterDimension, type FittedModel, groupByCluster, type Observations } from "./observations";

/** Covariance of some contrasts of a model's parameters, with degrees of freedom for each contrast. */
export type RobustCovariance = { covariance: Matrix; degreesOfFreedom: number[] };

/** Up to this many clusters, each cluster's leverage is taken into account. */
const FEW_CLUSTERS = 50;

/**
 * Cluster-robust covariance of contrasts (rows) of the parameters: sums of scores per cluster around the inverse
 * information (Liang and Zeger, Biometrika 73, 1986). With up to 50 clusters, or two parameters, bias-reduced by CR2; else
 * times G / (G − 1), and with degrees of freedom from the effective number of clusters.
 */
export function clusterRobust(
  model: FittedModel,
  observations: Observations,
  dimension: ClusterDimension,
  contrasts: Matrix,
): RobustCovariance {
  const groups = groupByCluster(observations, dimension);
  const clusters = groups.copies.reduce((sum, copies) => sum + copies, 0);
  // Of two parameters, such as both means of a difference, one may rest on few of many clusters: then G / (G − 1) is too
  // small for it. With more, each cluster's leverage would take long.
  if (clusters <= FEW_CLUSTERS || contrasts.columns === 2) return biasReducedCovariance(model, groups, contrasts);
  const covariance = plainCovariance(model, groups, contrasts);
  const factor = clusters / (clusters - 1);
  covariance.values.forEach((value, index) => {
    covariance.values[index] = value * factor;
  });
  return { covariance, degreesOfFreedom: effectiveDegreesOfFreedom(model, groups, contrasts) };
}
