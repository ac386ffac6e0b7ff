/**
 * Root of a continuous function between two arguments at which it has different signs, by Chandrupatla's method
 * (Advances in Engineering Software 28, 1997): bisection, with inverse quadratic steps where they are safe.
 */
export function findRoot(f: (x: number) => number, from: number, to: number, tolerance: number): number {
  let [a, b] = [from, to];
  let [fa, fb] = [f(a), f(b)];
  if (fa === 0) return a;
  if (fb === 0) return b;
  let fraction = 0.5;
  for (let step = 0; step < 200; step++) {
    const x = a + fraction * (b - a);
    const fx = f(x);
    // the previous ends, for the inverse quadratic step: the new bracket is x and the end with the other sign
    let [c, fc] = [b, fb];
    if (Math.sign(fx) === Math.sign(fa)) [c, fc] = [a, fa];
    else [b, fb] = [a, fa];
    [a, fa] = [x, fx];
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    const margin = tolerance / Math.abs(b - a);
    if (margin > 0.5 || fx === 0) return best;
    const xi = (a - b) / (c - b);
    const phi = (fa - fb) / (fc - fb);
    const safe = phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi;
    fraction = safe
      ? (fa / (fb - fa)) * (fc / (fb - fc)) + ((c - a) / (b - a)) * (fa / (fc - fa)) * (fb / (fc - fb))
      : 0.5;
    fraction = Math.min(1 - margin, Math.max(margin, fraction));
  }
  return a;
}
