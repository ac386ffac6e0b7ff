import { createHash } from "node:crypto";

/** A repeat comes after so many further decisions, and up to as many more, so that nobody can count on it. */
const leastDelay = 20;
const delaySpread = 20;
/** At the end of the queue, where nothing else is left, after so many. */
const leastDelayAtTheEnd = 5;

export type RepeatPlan = { delay: number; delayAtTheEnd: number };

/**
 * Whether a document comes to its person once more, and after how many further decisions; null: it does not. Drawn from the
 * round's seed, person and document, independently of what was decided.
 */
export function planRepeat(
  round: { seed: number; repeatShare: number },
  personId: string,
  roundItemId: string,
): RepeatPlan | null {
  const digest = createHash("sha256").update(`${round.seed}:repeat:${personId}:${roundItemId}`).digest();
  if (digest.readUIntBE(0, 6) / 2 ** 48 >= round.repeatShare) return null;
  return { delay: leastDelay + (digest.readUInt16BE(6) % delaySpread), delayAtTheEnd: leastDelayAtTheEnd };
}
