/** A dense matrix of numbers, row by row. */
export class Matrix {
  readonly values: Float64Array;

  constructor(
    readonly rows: number,
    readonly columns: number,
    values?: Float64Array,
  ) {
    this.values = values ?? new Float64Array(rows * columns);
  }

  at(row: number, column: number): number {
    return this.values[row * this.columns + column] ?? 0;
  }

  set(row: number, column: number, value: number): void {
    this.values[row * this.columns + column] = value;
  }

  add(row: number, column: number, value: number): void {
    const index = row * this.columns + column;
    this.values[index] = (this.values[index] ?? 0) + value;
  }

  row(row: number): Float64Array {
    return this.values.subarray(row * this.columns, (row + 1) * this.columns);
  }

  copy(): Matrix {
    return new Matrix(this.rows, this.columns, this.values.slice());
  }

  transposed(): Matrix {
    const result = new Matrix(this.columns, this.rows);
    for (let i = 0; i < this.rows; i++) for (let j = 0; j < this.columns; j++) result.set(j, i, this.at(i, j));
    return result;
  }

  times(other: Matrix): Matrix {
    const result = new Matrix(this.rows, other.columns);
    for (let i = 0; i < this.rows; i++) {
      for (let k = 0; k < this.columns; k++) {
        const factor = this.at(i, k);
        if (factor === 0) continue;
        for (let j = 0; j < other.columns; j++) result.add(i, j, factor * other.at(k, j));
      }
    }
    return result;
  }

  timesVector(vector: ArrayLike<number>): Float64Array {
    const result = new Float64Array(this.rows);
    for (let i = 0; i < this.rows; i++) {
      let sum = 0;
      for (let j = 0; j < this.columns; j++) sum += this.at(i, j) * (vector[j] ?? 0);
      result[i] = sum;
    }
    return result;
  }

  toRows(): number[][] {
    return Array.from({ length: this.rows }, (_, row) => [...this.row(row)]);
  }
}

export function identity(size: number): Matrix {
  const result = new Matrix(size, size);
  for (let i = 0; i < size; i++) result.set(i, i, 1);
  return result;
}

export function dot(first: ArrayLike<number>, second: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < first.length; i++) sum += (first[i] ?? 0) * (second[i] ?? 0);
  return sum;
}

/** left · middle · leftᵀ for a symmetric middle. */
export function sandwich(left: Matrix, middle: Matrix): Matrix {
  return left.times(middle).times(left.transposed());
}
