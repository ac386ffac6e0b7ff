import { choleskyFactor, invertLowerTriangle } from "../numerics/cholesky";
import { dot, Matrix } from "../numerics/matrix";
import {
  type Comparison,
  describePair,
  logProbabilities,
  modelledCounts,
  momentsOfPair,
  type ParameterLayout,
} from "./comparison-model";
import type { OrderedPair } from "./tallies";

export type LikelihoodFit = {
  parameters: Float64Array;
  inverseInformation: Matrix;
  comparisons: Comparison[];
  logLikelihood: number;
};

const MOST_STEPS = 200;
/** Newton steps end when twice the expected gain in log-likelihood falls below this. */
const CONVERGED = 1e-18;
/** A parameter with a standard error beyond this on the log scale is on its way to infinity. */
const RUNAWAY = 1000;

type Weighed = { comparison: Comparison; counts: number[]; votes: number };

function logLikelihoodAt(pairs: readonly Weighed[], parameters: Float64Array): number {
  return pairs.reduce((sum, { comparison, counts }) => {
    const logs = logProbabilities(comparison, parameters);
    return sum + counts.reduce((all, count, outcome) => (count > 0 ? all + count * (logs[outcome] ?? 0) : all), 0);
  }, 0);
}

function slopeAt(pairs: readonly Weighed[], parameters: Float64Array) {
  const gradient = new Float64Array(parameters.length);
  const information = new Matrix(parameters.length, parameters.length);
  for (const { comparison, counts, votes } of pairs) {
    const touched = comparison.parameters;
    const pair = momentsOfPair(comparison, logProbabilities(comparison, parameters).map(Math.exp));
    touched.forEach((row, i) => {
      const observed = counts.reduce((sum, count, outcome) => sum + count * (comparison.slopes[outcome]?.[i] ?? 0), 0);
      gradient[row] = (gradient[row] ?? 0) + observed - votes * (pair.mean[i] ?? 0);
      touched.forEach((column, j) => {
        information.add(row, column, votes * (pair.information[i * touched.length + j] ?? 0));
      });
    });
  }
  return { gradient, information };
}

function invert(information: Matrix): Matrix | null {
  const { factor, dependent } = choleskyFactor(information);
  if (dependent.length > 0) return null;
  const inverse = invertLowerTriangle(factor);
  return inverse.transposed().times(inverse);
}

/**
 * Maximum-likelihood parameters by Newton's method with halved steps; the log-likelihood is concave, so any maximum is
 * the maximum. Null when it has none at finite parameters, or more than one.
 */
export function maximiseLikelihood(pairs: readonly OrderedPair[], layout: ParameterLayout): LikelihoodFit | null {
  const weighed = pairs.map((pair): Weighed => {
    const comparison = describePair(pair, layout);
    const counts = modelledCounts(pair, comparison);
    return { comparison, counts, votes: counts.reduce((sum, count) => sum + count, 0) };
  });
  let parameters = new Float64Array(layout.size);
  let logLikelihood = logLikelihoodAt(weighed, parameters);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { gradient, information } = slopeAt(weighed, parameters);
    const inverseInformation = invert(information);
    if (!inverseInformation) return null;
    for (let i = 0; i < layout.size; i++) if (inverseInformation.at(i, i) > RUNAWAY ** 2) return null;
    const move = inverseInformation.timesVector(gradient);
    const gain = dot(gradient, move);
    let next = logLikelihood;
    let moved = parameters;
    for (let scale = 1; gain > CONVERGED && scale > 1e-6; scale /= 2) {
      const shift = scale;
      moved = parameters.map((value, i) => value + shift * (move[i] ?? 0));
      next = logLikelihoodAt(weighed, moved);
      if (next > logLikelihood) break;
    }
    // no further gain that could be told from rounding
    if (!(next > logLikelihood)) {
      const comparisons = weighed.map(({ comparison }) => comparison);
      return { parameters, inverseInformation, comparisons, logLikelihood };
    }
    [parameters, logLikelihood] = [moved, next];
  }
  return null;
}

/** Twice the log-likelihood that the pooled pairs are short of one probability per outcome and pair. */
export function devianceOf(pairs: readonly OrderedPair[], fit: LikelihoodFit) {
  let [deviance, cells] = [0, 0];
  pairs.forEach((pair, index) => {
    const comparison = fit.comparisons[index];
    if (!comparison) return;
    const counts = modelledCounts(pair, comparison);
    const votes = counts.reduce((sum, count) => sum + count, 0);
    const logs = logProbabilities(comparison, fit.parameters);
    counts.forEach((count, outcome) => {
      if (count > 0) deviance += 2 * count * (Math.log(count / votes) - (logs[outcome] ?? 0));
    });
    cells += counts.length - 1;
  });
  return { deviance: Math.max(0, deviance), residualDegreesOfFreedom: cells - fit.parameters.length };
}
