import { wilsonInterval } from "@/lib/stats";
import type { MeasuredAccuracy } from "./schema";

const shareOf = (hits: number, n: number) => ({ hits, n, interval: wilsonInterval(hits, n) });

/**
 * How well the runner tells language mixing and declining, as one reader judged answers of ten other models to German prompts
 * without seeing the verdicts; the whole of it stands in the runner's `analyse_answers.py` and `declining.py`. Mixed: 60
 * answers drawn at random, 24 of them mixed. Declined: all that are called so, and 120 others with a word such as "leider".
 */
export const measuredAccuracy = (): MeasuredAccuracy => ({
  mixedRight: shareOf(23, 23),
  mixedFound: shareOf(23, 24),
  declinedRight: shareOf(33, 33),
  declinedMissed: shareOf(1, 120),
});
