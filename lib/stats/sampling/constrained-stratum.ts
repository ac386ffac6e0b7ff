/** Values that the items of a stratum can take, with the share of the sample that takes each (0: possible, unseen). */
export type StratumValues = { values: Float64Array; shares: Float64Array };

/** A stratum under a hypothesis: mean of the values and its slope in the tilt, and what the probabilities follow from. */
export type TiltedStratum = { mean: number; slope: number; tilt: number; level: number; unseen: number };

/**
 * The most likely distribution over a stratum's values when its mean is pushed down by `tilt` (up, if negative):
 * probabilities share / (level + tilt · value), as in empirical likelihood (Owen 2001, section 2.9). A value that was
 * not seen gets a probability as soon as this makes the sample more likely than stretching the seen ones.
 */
export function tiltStratum({ values, shares }: StratumValues, tilt: number): TiltedStratum {
  let [level, sampleMean, unseen, floor] = [0, 0, -1, Number.NEGATIVE_INFINITY];
  for (let c = 0; c < values.length; c++) {
    const [share, value] = [shares[c] ?? 0, values[c] ?? 0];
    sampleMean += share * value;
    if (share > 0) level = Math.max(level, share - tilt * value);
    else if (-tilt * value > floor) [floor, unseen] = [-tilt * value, c];
  }
  // two lower bounds: no probability exceeds 1, and the tilted mean lies on the tilt's side of the sample's
  level = Math.max(level, 1 - tilt * sampleMean);
  let [sum, mean, weight, first, second] = [0, 0, 0, 0, 0];
  // the level at which probabilities sum to 1: Newton from the left on a falling convex function never overshoots
  for (let step = 0; step < 100; step++) {
    if (unseen >= 0 && level < floor) level = floor;
    [sum, mean, weight, first, second] = [0, 0, 0, 0, 0];
    for (let c = 0; c < values.length; c++) {
      const [share, value] = [shares[c] ?? 0, values[c] ?? 0];
      if (share === 0) continue;
      const scale = 1 / (level + tilt * value);
      const square = share * scale * scale;
      sum += share * scale;
      mean += share * scale * value;
      weight += square;
      first += square * value;
      second += square * value * value;
    }
    const move = (sum - 1) / weight;
    if (!(move > 1e-13 * Math.abs(level))) break;
    level += move;
  }
  if (unseen < 0 || level > floor || tilt === 0) {
    return { mean, slope: (first * first) / weight - second, tilt, level, unseen: -1 };
  }
  return { mean: mean + (1 - sum) * (values[unseen] ?? 0), slope: -1 / (tilt * tilt), tilt, level, unseen };
}

/** Central moments 2 and 3 of a tilted stratum's values. */
export function centralMoments({ values, shares }: StratumValues, { mean, tilt, level, unseen }: TiltedStratum) {
  let [seen, variance, thirdMoment] = [0, 0, 0];
  const add = (probability: number, value: number) => {
    const distance = value - mean;
    variance += probability * distance * distance;
    thirdMoment += probability * distance * distance * distance;
  };
  for (let c = 0; c < values.length; c++) {
    const [share, value] = [shares[c] ?? 0, values[c] ?? 0];
    if (share === 0) continue;
    const probability = share / (level + tilt * value);
    seen += probability;
    add(probability, value);
  }
  if (unseen >= 0) add(1 - seen, values[unseen] ?? 0);
  return { variance, thirdMoment };
}
