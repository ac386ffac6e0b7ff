import { Matrix } from "./matrix";

/** A pivot below this share of its diagonal element is what rounding leaves of 0. */
const SINGULAR = 1e-11;

/**
 * Lower triangular L with L Lᵀ = the symmetric positive semidefinite matrix (Golub and Van Loan, section 4.2). A column
 * whose pivot vanishes is set to 0 and its number returned in `dependent`.
 */
export function choleskyFactor(matrix: Matrix): { factor: Matrix; dependent: number[] } {
  const size = matrix.rows;
  const factor = new Matrix(size, size);
  const dependent: number[] = [];
  for (let j = 0; j < size; j++) {
    let pivot = matrix.at(j, j);
    for (let k = 0; k < j; k++) pivot -= factor.at(j, k) ** 2;
    if (!(pivot > SINGULAR * matrix.at(j, j))) {
      dependent.push(j);
      continue;
    }
    const root = Math.sqrt(pivot);
    factor.set(j, j, root);
    for (let i = j + 1; i < size; i++) {
      let sum = matrix.at(i, j);
      for (let k = 0; k < j; k++) sum -= factor.at(i, k) * factor.at(j, k);
      factor.set(i, j, sum / root);
    }
  }
  return { factor, dependent };
}

/** Inverse of a lower triangular matrix without zeros on its diagonal. */
export function invertLowerTriangle(factor: Matrix): Matrix {
  const size = factor.rows;
  const inverse = new Matrix(size, size);
  for (let column = 0; column < size; column++) {
    inverse.set(column, column, 1 / factor.at(column, column));
    for (let row = column + 1; row < size; row++) {
      let sum = 0;
      for (let k = column; k < row; k++) sum -= factor.at(row, k) * inverse.at(k, column);
      inverse.set(row, column, sum / factor.at(row, row));
    }
  }
  return inverse;
}
