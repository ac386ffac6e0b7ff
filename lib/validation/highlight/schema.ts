import { z } from "zod";

export const mostHighlightWords = 200;
export const longestHighlightWord = 100;

const word = z
  .string()
  .normalize("NFC")
  .transform((text) => text.trim().replace(/\s+/g, " "))
  .pipe(z.string().min(1).max(longestHighlightWord));

/** Words and phrases of a study's list; each once, whatever its case. */
export const highlightWordsSchema = z
  .array(word)
  .max(mostHighlightWords)
  .transform((words) => [...new Map(words.map((one) => [one.toLocaleLowerCase("de"), one] as const)).values()]);

export const changeHighlightWordsSchema = z.object({
  words: highlightWordsSchema,
  /** the list that was changed; refused where somebody else has changed it meanwhile. Left out: whatever it is */
  before: z.array(z.string().max(200)).max(mostHighlightWords).optional(),
});
export type ChangeHighlightWords = z.infer<typeof changeHighlightWordsSchema>;

export const highlightWordsResponse = z.object({ words: z.array(z.string()) });
