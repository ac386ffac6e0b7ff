/** Shares of the stake that bets risk; a mixture of all replaces the choice of one, and stays a fair game. */
const STAKES = [0.01, 0.03, 0.08, 0.2, 0.45, 0.75, 0.95, 0.995];

/** What was seen in a stratum: values of 0 and more, with how often each came. */
export type BettingStratum = { share: number; values: readonly number[]; counts: readonly number[] };

/** A function with its first two derivatives. */
type Curve = { value: number; slope: number; bend: number };

/**
 * Log of the wealth of somebody who bets that the mean of a stratum is above `mean`. With a share c of the stake on each
 * item it is the product of 1 − c + c · value / mean: in expectation 1 at the true mean, falling and convex in `mean`
 * (Waudby-Smith and Ramdas, JRSS B 86, 2024; in this form Spertus and Stark 2024).
 */
function logWealthAt({ values, counts }: BettingStratum, mean: number): Curve {
  let [largest, total, slope, bend] = [Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (const stake of STAKES) {
    let [log, first, second] = [0, 0, 0];
    for (let i = 0; i < values.length; i++) {
      const count = counts[i] ?? 0;
      if (count === 0) continue;
      const odds = (stake * (values[i] ?? 0)) / mean;
      const factor = 1 - stake + odds;
      const share = odds / (factor * mean);
      log += count * Math.log(factor);
      first -= count * share;
      second += count * share * (2 / mean - share);
    }
    // weights of the mixture, relative to the largest so far
    if (log > largest) {
      const scale = Math.exp(largest - log);
      [largest, total, slope, bend] = [log, total * scale, slope * scale, bend * scale];
    }
    const weight = Math.exp(log - largest);
    total += weight;
    slope += weight * first;
    bend += weight * (second + first * first);
  }
  const mixed = slope / total;
  return { value: largest + Math.log(total / STAKES.length), slope: mixed, bend: bend / total - mixed * mixed };
}

type Place = Curve & { mean: number; atEdge: boolean };

/**
 * Where log-wealth plus price times mean is smallest, for means above 0 and up to `most`: Newton's method in log mean, from
 * `start`, inside a bracket whose ends are tried only when a step leads there.
 */
function cheapestMean(stratum: BettingStratum, price: number, most: number, start: number): Place {
  const ends = [Math.log(1e-9 * most), Math.log(most)] as const;
  let [low, high] = ends;
  let at = Math.min(high, Math.max(low, Math.log(start)));
  for (let step = 0; ; step++) {
    const mean = Math.exp(at);
    const curve = logWealthAt(stratum, mean);
    const excess = mean * (curve.slope + price);
    const atEdge = (at === ends[0] && excess >= 0) || (at === ends[1] && excess <= 0);
    if (atEdge || Math.abs(excess) < 1e-6 * price * mean || high - low < 1e-12 || step > 80) {
      return { ...curve, mean, atEdge };
    }
    if (excess > 0) high = at;
    else low = at;
    const newton = at - excess / (excess + mean * mean * curve.bend);
    if (newton > low && newton < high) at = newton;
    else if (newton >= high && high === ends[1] && at !== high) at = high;
    else if (newton <= low && low === ends[0] && at !== low) at = low;
    else at = (low + high) / 2;
  }
}

/** Smallest log-wealth, the means of the strata at which it is taken, and the price of the weighted mean there. */
export type LeastWealth = { logWealth: number; means: number[]; logPrice: number };

/**
 * Smallest log-wealth over all means of the strata (0 to `most`) whose weighted mean is `mean`: as large as this, it speaks
 * against every population with at most that mean. A sum of convex functions under one linear constraint, by the
 * constraint's price; the dual value that is returned is never above the minimum. `start` is a similar problem's answer.
 */
export function leastLogWealth(
  strata: readonly BettingStratum[],
  mean: number,
  most: number,
  start?: LeastWealth,
): LeastWealth {
  let [low, high] = [-30, 30];
  let at = start?.logPrice ?? 0;
  let means = start?.means ?? [];
  let best: LeastWealth = { logWealth: Number.NEGATIVE_INFINITY, means: [], logPrice: 0 };
  for (let step = 0; step < 80; step++) {
    const price = Math.exp(at);
    let [total, slope, dual] = [0, 0, -price * mean];
    means = strata.map((stratum, i) => {
      const place = cheapestMean(stratum, price * stratum.share, most, means[i] ?? mean);
      total += stratum.share * place.mean;
      if (!place.atEdge) slope -= (price * stratum.share ** 2) / place.bend;
      dual += place.value + price * stratum.share * place.mean;
      return place.mean;
    });
    if (dual > best.logWealth) best = { logWealth: dual, means, logPrice: at };
    const excess = total - mean;
    if (Math.abs(excess) < 1e-5 * mean || high - low < 1e-9) break;
    if (excess > 0) low = at;
    else high = at;
    const newton = at - excess / slope;
    at = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return best;
}

/** Log-wealth at given means of the strata: no smaller than the least, if they are possible. */
export function logWealthAtMeans(strata: readonly BettingStratum[], means: readonly number[]): number {
  return strata.reduce((sum, stratum, i) => sum + logWealthAt(stratum, means[i] ?? 1).value, 0);
}
