/**
 * One kind of item in a stratum's sample: what it adds to the numerator and to the denominator of a ratio, and how
 * many of the kind were drawn. A count of 0 says that the kind can occur in the stratum but was not seen.
 */
export type RatioCell = { numerator: number; denominator: number; count: number };

/**
 * `share` of the population; `unsampled` is the finite-population correction 1 − n/N: 0 for a census, 1 for a huge N.
 * `group`: in which stratum of the first phase it lies, where there is one.
 */
export type RatioStratum = { share: number; unsampled: number; cells: readonly RatioCell[]; group?: number };

/**
 * A first random sample, from which the strata's shares were estimated: one entry for each of its own strata, whose
 * shares are known; `unsampled` as for a stratum.
 */
export type FirstPhase = readonly { size: number; unsampled: number }[];

/**
 * What a first phase adds to the variance of a mean: within each of its strata the variance of the second phase's strata
 * means, over the first phase's items there (Cochran 1977, equation 12.32, in each stratum of the first phase; Särndal,
 * Swensson and Wretman 1992, section 9.4). A stratum of one item, which has no variance of its own, is taken to lie as far
 * from the mean of all as it does (Lumley, Complex Surveys, 2010, section 3.2.1: lonely units, centred at the population's
 * mean). `lost`: degrees of freedom that the stratum's variance has lost.
 */
export function firstPhaseVariance(
  firstPhase: FirstPhase,
  strata: readonly { share: number; group: number; mean: number }[],
  lost: 0 | 1,
): number {
  const all = strata.reduce((sum, stratum) => sum + stratum.share, 0);
  const grandMean = strata.reduce((sum, stratum) => sum + stratum.share * stratum.mean, 0) / all;
  return firstPhase.reduce((variance, { size, unsampled }, group) => {
    let [share, first, second] = [0, 0, 0];
    for (const stratum of strata) {
      if (stratum.group !== group) continue;
      share += stratum.share;
      first += stratum.share * stratum.mean;
      second += stratum.share * stratum.mean ** 2;
    }
    if (unsampled === 0 || share === 0) return variance;
    if (size === 1) return variance + unsampled * (first - share * grandMean) ** 2;
    return variance + (unsampled * Math.max(0, share * second - first ** 2)) / (size - lost);
  }, 0);
}

/** `degreesOfFreedom` by Satterthwaite, infinite where nothing varies. */
export type LinearisedRatio = { value: number; standardError: number; n: number; degreesOfFreedom: number };

export function sampleSize(stratum: RatioStratum): number {
  return stratum.cells.reduce((sum, cell) => sum + cell.count, 0);
}

/** Mean over a stratum's sample of any function of its cells. */
function cellMean(stratum: RatioStratum, of: (cell: RatioCell) => number): number {
  const sum = stratum.cells.reduce((total, cell) => total + cell.count * of(cell), 0);
  return sum / sampleSize(stratum);
}

/**
 * Combined ratio estimator of a stratified sample with the standard error of its Taylor linearisation (Cochran,
 * Sampling Techniques 1977, sections 6.11 and, for a first phase, 12.2 with equation 12.32 for large samples; Särndal,
 * Swensson and Wretman 1992, result 5.6.2; degrees of freedom: Cochran, equation 5.16). A stratum of one item, whose spread
 * nobody knows, counts as if it lay as far from the mean of all as its item does (Lumley 2010, section 3.2.1). Null when
 * the denominator is 0.
 */
export function linearisedRatio(strata: readonly RatioStratum[], firstPhase?: FirstPhase): LinearisedRatio | null {
  let [numerator, denominator, n] = [0, 0, 0];
  for (const stratum of strata) {
    numerator += stratum.share * cellMean(stratum, (cell) => cell.numerator);
    denominator += stratum.share * cellMean(stratum, (cell) => cell.denominator);
    n += sampleSize(stratum);
  }
  if (denominator === 0) return null;
  const value = numerator / denominator;
  const residual = (cell: RatioCell) => (cell.numerator - value * cell.denominator) / denominator;
  let [variance, uncertainty] = [0, 0];
  const means: { share: number; group: number; mean: number }[] = [];
  for (const stratum of strata) {
    const size = sampleSize(stratum);
    const mean = cellMean(stratum, residual);
    means.push({ share: stratum.share, group: stratum.group ?? 0, mean });
    if (stratum.unsampled > 0) {
      // Residuals have the mean 0 over all strata.
      const centre = size > 1 ? mean : 0;
      const freedom = Math.max(1, size - 1);
      const spread = cellMean(stratum, (cell) => (residual(cell) - centre) ** 2) * (size / freedom);
      const part = (stratum.share ** 2 * stratum.unsampled * spread) / size;
      variance += part;
      uncertainty += part ** 2 / freedom;
    }
  }
  if (firstPhase) variance += firstPhaseVariance(firstPhase, means, 1);
  const degreesOfFreedom = uncertainty > 0 ? variance ** 2 / uncertainty : Number.POSITIVE_INFINITY;
  return { value, standardError: Math.sqrt(variance), n, degreesOfFreedom };
}
