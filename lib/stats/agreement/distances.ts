/** Squared distance of two categories, and its slope in the share of a category `moved`. */
export type PairDistance = {
  distance: (first: number, second: number) => number;
  slope: (first: number, second: number, moved: number) => number;
};

export const nominalDistance: PairDistance = {
  distance: (first, second) => (first === second ? 0 : 1),
  slope: () => 0,
};

export function intervalDistance(values: readonly number[]): PairDistance {
  return { distance: (first, second) => ((values[first] ?? 0) - (values[second] ?? 0)) ** 2, slope: () => 0 };
}

/** Krippendorff's ordinal distance in shares instead of frequencies, which cancels in α. */
export function ordinalDistance(shares: readonly number[]): PairDistance {
  const cumulated: number[] = [];
  let sum = 0;
  for (const share of shares) {
    sum += share;
    cumulated.push(sum - share / 2);
  }
  // from the middle of one category's ranks to the middle of the other's
  const gap = (first: number, second: number) => Math.abs((cumulated[first] ?? 0) - (cumulated[second] ?? 0));
  return {
    distance: (first, second) => gap(first, second) ** 2,
    slope: (first, second, moved) => {
      const [from, to] = first < second ? [first, second] : [second, first];
      if (moved < from || moved > to) return 0;
      return 2 * gap(first, second) * (moved === from || moved === to ? 0.5 : 1);
    },
  };
}
