/**
 * Round numbers within a range, in steps of 1, 2 or 5 times a power of ten; at most `most` of them. Unlike an axis that
 * is stretched to round ends, none of its length is left empty.
 */
export function ticksWithin(lower: number, upper: number, most = 7): number[] {
  if (!(upper > lower)) return [lower];
  const rough = (upper - lower) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(lower / step - 1e-9);
  const count = Math.floor(upper / step + 1e-9) - first + 1;
  // Rounded, since 3 × 0.1 is not 0.3.
  return Array.from({ length: count }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** From zero where the values begin near it, else from the first value; to the last. */
export function rangeOf(values: readonly number[]): [number, number] {
  let lower = Number.POSITIVE_INFINITY;
  let upper = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    lower = Math.min(lower, value);
    upper = Math.max(upper, value);
  }
  if (!Number.isFinite(lower)) return [0, 1];
  const nearZero = lower >= 0 && lower <= upper * 0.1;
  return nearZero ? [0, upper || 1] : lower === upper ? [lower - 0.5, upper + 0.5] : [lower, upper];
}
