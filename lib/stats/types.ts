/** Limits of a confidence interval, in the unit of the figure that it belongs to. */
export type Interval = { lower: number; upper: number };

/**
 * A figure with its uncertainty. `n` counts the observations that it rests on, `method` says in a few words how the
 * figure and its interval were computed, and to what they are limited.
 */
export type Estimate = {
  value: number;
  standardError: number;
  interval: Interval;
  level: number;
  n: number;
  method: string;
};
