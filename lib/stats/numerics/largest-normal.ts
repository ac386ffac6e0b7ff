import { choleskyFactor } from "./cholesky";
import type { Matrix } from "./matrix";
import { normalGenerator } from "./random";

const DRAWS = 4_000;

/**
 * The value that the largest absolute value of correlated standard normals stays below with probability `level`, from
 * 4,000 draws with the seed (the sup-t critical value; Montiel Olea and Plagborg-Møller, Journal of Applied
 * Econometrics 34, 2019).
 */
export function largestNormalQuantile(correlation: Matrix, level: number, seed: number): number {
  const size = correlation.rows;
  const { factor } = choleskyFactor(correlation);
  const normal = normalGenerator(seed);
  const draw = new Float64Array(size);
  const largest = new Float64Array(DRAWS);
  for (let d = 0; d < DRAWS; d++) {
    let most = 0;
    for (let i = 0; i < size; i++) {
      draw[i] = normal();
      const row = i * size;
      let value = 0;
      for (let j = 0; j <= i; j++) value += (factor.values[row + j] ?? 0) * (draw[j] ?? 0);
      most = Math.max(most, Math.abs(value));
    }
    largest[d] = most;
  }
  largest.sort();
  return largest[Math.min(DRAWS - 1, Math.ceil(level * DRAWS) - 1)] ?? 0;
}
