export type DocumentRole = "train" | "tune" | "test";

/** A number in [0, 1) that depends on nothing but the seed and the group: FNV-1a, finalised as in MurmurHash3. */
function shareOf(seed: number, group: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let index = 0; index < group.length; index++) {
    hash = Math.imul(hash ^ group.charCodeAt(index), 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}

/** The role of a group of near-duplicates: all of its documents share it, so none crosses from training into the test. */
export function roleOf(group: string, seed: number, shares: { tune: number; test: number }): DocumentRole {
  const share = shareOf(seed, group);
  if (share < shares.test) return "test";
  return share < shares.test + shares.tune ? "tune" : "train";
}

type Scored = { score: number; medical: boolean; weight: number };

/**
 * The threshold with the greatest weighted F1 on the tune part, in the middle between the scores on its two sides; among
 * equals the one nearest to one half. One half where nothing positive is there to be found.
 */
export function chooseThreshold(tune: readonly Scored[]): number {
  const sorted = [...tune].sort((a, b) => b.score - a.score);
  const positives = sorted.reduce((sum, { medical, weight }) => sum + (medical ? weight : 0), 0);
  if (positives === 0) return 0.5;
  let best = { f1: -1, threshold: 0.5 };
  let [truePositive, called] = [0, 0];
  for (const [index, { score, medical, weight }] of sorted.entries()) {
    called += weight;
    if (medical) truePositive += weight;
    const next = sorted[index + 1];
    if (next && next.score === score) continue;
    const f1 = (2 * truePositive) / (called + positives);
    const threshold = (score + (next?.score ?? 0)) / 2;
    const nearer = Math.abs(threshold - 0.5) < Math.abs(best.threshold - 0.5);
    if (f1 > best.f1 + 1e-12 || (Math.abs(f1 - best.f1) <= 1e-12 && nearer)) best = { f1, threshold };
  }
  return best.threshold;
}
