import { identity, Matrix } from "./matrix";

/** Eigenvalues and, in columns, eigenvectors of a symmetric matrix, by Jacobi rotations (Golub, Van Loan, section 8.5). */
export function symmetricEigen(symmetric: Matrix): { values: Float64Array; vectors: Matrix } {
  const size = symmetric.rows;
  const matrix = symmetric.copy();
  const vectors = identity(size);
  for (let sweep = 0; sweep < 60; sweep++) {
    let [off, total] = [0, 0];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        total += matrix.at(i, j) ** 2;
        if (i !== j) off += matrix.at(i, j) ** 2;
      }
    }
    if (off <= 1e-26 * total) break;
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, i) => matrix.at(i, i)), vectors };
}

function rotate(matrix: Matrix, vectors: Matrix, p: number, q: number): void {
  const off = matrix.at(p, q);
  if (off === 0) return;
  const theta = (matrix.at(q, q) - matrix.at(p, p)) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let k = 0; k < matrix.rows; k++) {
    const [kp, kq] = [matrix.at(k, p), matrix.at(k, q)];
    matrix.set(k, p, cosine * kp - sine * kq);
    matrix.set(k, q, sine * kp + cosine * kq);
    const [vp, vq] = [vectors.at(k, p), vectors.at(k, q)];
    vectors.set(k, p, cosine * vp - sine * vq);
    vectors.set(k, q, sine * vp + cosine * vq);
  }
  for (let k = 0; k < matrix.rows; k++) {
    const [pk, qk] = [matrix.at(p, k), matrix.at(q, k)];
    matrix.set(p, k, cosine * pk - sine * qk);
    matrix.set(q, k, sine * pk + cosine * qk);
  }
}

/** The symmetric matrix with f applied to its eigenvalues. */
export function applyToEigenvalues(symmetric: Matrix, f: (value: number) => number): Matrix {
  const { values, vectors } = symmetricEigen(symmetric);
  const result = new Matrix(symmetric.rows, symmetric.rows);
  for (let e = 0; e < symmetric.rows; e++) {
    const value = f(values[e] ?? 0);
    if (value === 0) continue;
    for (let i = 0; i < symmetric.rows; i++) {
      const scaled = value * vectors.at(i, e);
      for (let j = 0; j < symmetric.rows; j++) result.add(i, j, scaled * vectors.at(j, e));
    }
  }
  return result;
}
