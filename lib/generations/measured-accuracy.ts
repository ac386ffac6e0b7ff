/**
 * How well the runner tells language mixing and declining, as one reader judged answers of ten other models to German prompts
 * without seeing the verdicts; the whole of it stands in the runner's `analyse_answers.py` and `declining.py`.
 */
export const measuredAccuracy = {
  /** of 60 answers drawn at random, 24 of them mixed */
  mixed: { right: { hits: 23, n: 23 }, found: { hits: 23, n: 24 } },
  /** of all that are called declined, and of 120 others that hold a word such as "leider" */
  declined: { right: { hits: 33, n: 33 }, missed: { hits: 1, n: 120 } },
} as const;
