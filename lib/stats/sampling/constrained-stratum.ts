/** Values that the items of a stratum can take, with the share of the sample that takes each (0: possible, unseen). */
export type StratumValues = { values: Float64Array; shares: Float64Array };

/** Shape of a stratum under a hypothesis: mean of the values, its slope in the tilt, and central moments 2 and 3. */
export type TiltedStratum = { mean: number; slope: number; variance: number; thirdMoment: number };

/**
 * The most likely distribution over a stratum's values when its mean is pushed down by `tilt` (up, if negative):
 * probabilities share / (level + tilt · value), as in empirical likelihood (Owen 2001, section 2.9). A value that was
 * not seen gets a probability as soon as this makes the sample more likely than stretching the seen ones.
 */
export function tiltStratum({ values, shares }: StratumValues, tilt: number): TiltedStratum {
  if (tilt === 0) return momentsOf(values, shares, 1, 0, -1);
  let level = 0;
  let unseen = -1;
  let floor = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < values.length; c++) {
    const share = shares[c] ?? 0;
    const bound = -tilt * (values[c] ?? 0);
    if (share > 0) level = Math.max(level, share + bound);
    else if (bound > floor) [floor, unseen] = [bound, c];
  }
  // the level at which probabilities sum to 1: Newton from the left on a falling convex function never overshoots
  for (let step = 0; step < 100; step++) {
    let [sum, slope] = [0, 0];
    for (let c = 0; c < values.length; c++) {
      const share = shares[c] ?? 0;
      if (share === 0) continue;
      const probability = share / (level + tilt * (values[c] ?? 0));
      sum += probability;
      slope += (probability * probability) / share;
    }
    const move = (sum - 1) / slope;
    if (!(move > 1e-15 * Math.abs(level))) break;
    level += move;
  }
  return momentsOf(values, shares, Math.max(level, floor), tilt, floor > level ? unseen : -1);
}

function momentsOf(
  values: Float64Array,
  shares: Float64Array,
  level: number,
  tilt: number,
  unseen: number,
): TiltedStratum {
  const probabilities = new Float64Array(values.length);
  let [seen, mean, weight, first, second] = [0, 0, 0, 0, 0];
  for (let c = 0; c < values.length; c++) {
    const [share, value] = [shares[c] ?? 0, values[c] ?? 0];
    if (share === 0) continue;
    const probability = share / (level + tilt * value);
    probabilities[c] = probability;
    seen += probability;
    mean += probability * value;
    const q = (probability * probability) / share;
    weight += q;
    first += q * value;
    second += q * value * value;
  }
  let slope = -(second - (first * first) / weight);
  if (unseen >= 0) {
    probabilities[unseen] = 1 - seen;
    mean += (1 - seen) * (values[unseen] ?? 0);
    slope = -1 / (tilt * tilt);
  }
  let [variance, thirdMoment] = [0, 0];
  for (let c = 0; c < values.length; c++) {
    const distance = (values[c] ?? 0) - mean;
    const probability = probabilities[c] ?? 0;
    variance += probability * distance * distance;
    thirdMoment += probability * distance ** 3;
  }
  return { mean, slope, variance, thirdMoment };
}
