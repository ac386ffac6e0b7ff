import { choleskyFactor } from "../numerics/cholesky";
import { dot, Matrix, sandwich } from "../numerics/matrix";
import { applyToEigenvalues } from "../numerics/symmetric-eigen";
import type { FittedModel, GroupedObservations } from "./observations";
import type { RobustCovariance } from "./one-way";

/** A direction that one cluster determines up to this remainder has no error between clusters to be estimated. */
const DETERMINED = 1e-8;

/** Score and information of one cluster. */
function sumCluster(model: FittedModel, { start, kind, count }: GroupedObservations, cluster: number) {
  const size = model.inverseInformation.rows;
  const score = new Float64Array(size);
  const information = new Matrix(size, size);
  for (let entry = start[cluster] ?? 0; entry < (start[cluster + 1] ?? 0); entry++) {
    const member = model.kinds[kind[entry] ?? 0];
    const observed = count[entry] ?? 0;
    member?.parameters.forEach((row, i) => {
      score[row] = (score[row] ?? 0) + observed * (member.score[i] ?? 0);
      member.parameters.forEach((column, j) => {
        information.add(row, column, observed * (member.information[i * member.parameters.length + j] ?? 0));
      });
    });
  }
  return { score, information };
}

/**
 * Cluster-robust covariance CR2, which is unbiased if observations are independent after all, with Satterthwaite
 * degrees of freedom (Bell and McCaffrey, Survey Methodology 28, 2002; for weighted and generalised linear models
 * Pustejovsky and Tipton, Journal of Business and Economic Statistics 36, 2018, equations 8–13).
 */
export function biasReducedCovariance(
  model: FittedModel,
  groups: GroupedObservations,
  contrasts: Matrix,
): RobustCovariance {
  // in coordinates in which the information of all observations is the identity
  const { factor } = choleskyFactor(model.inverseInformation);
  const whiten = factor.transposed();
  const whiteContrasts = contrasts.times(factor);
  const covariance = new Matrix(contrasts.rows, contrasts.rows);
  const parts = Array.from(groups.copies, (copies, cluster) => {
    const { score, information } = sumCluster(model, groups, cluster);
    const leverage = sandwich(whiten, information);
    const adjust = applyToEigenvalues(leverage, (value) => (1 - value > DETERMINED ? 1 / Math.sqrt(1 - value) : 0));
    const adjusted = whiteContrasts.times(adjust);
    const influence = adjusted.timesVector(whiten.timesVector(score));
    influence.forEach((one, i) => {
      influence.forEach((other, j) => {
        covariance.add(i, j, copies * one * other);
      });
    });
    return { copies, adjusted, moved: adjusted.times(leverage) };
  });
  // the variance estimate is a quadratic form; its mean and variance if observations are independent
  const degreesOfFreedom = Array.from({ length: contrasts.rows }, (_, c) => {
    let [trace, square] = [0, 0];
    // the sum over pairs of clusters of the squared product of their rows, as the squares of the summed products
    const products = new Matrix(contrasts.columns, contrasts.columns);
    for (const { copies, adjusted, moved } of parts) {
      const row = moved.row(c);
      const [own, self] = [dot(adjusted.row(c), row), dot(row, row)];
      trace += copies * (own - self);
      square += copies * ((own - self) ** 2 - self ** 2);
      row.forEach((one, i) => {
        row.forEach((other, j) => {
          products.add(i, j, copies * one * other);
        });
      });
    }
    square += dot(products.values, products.values);
    return trace > 0 && square > 0 ? Math.max(1, trace ** 2 / square) : 1;
  });
  return { covariance, degreesOfFreedom };
}
