import { z } from "zod";

const count = z.number().int().min(0).max(100_000_000).nullish();

/** What is no such count is none: no answer is lost by it. */
export const usageSchema = z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null);

/** Tokens as the endpoint counts them; both null where it leaves one of them out. */
export function readUsage(usage: z.infer<typeof usageSchema>): {
  promptTokens: number | null;
  completionTokens: number | null;
} {
  const { prompt_tokens: promptTokens = null, completion_tokens: completionTokens = null } = usage ?? {};
  if (promptTokens === null || completionTokens === null) return { promptTokens: null, completionTokens: null };
  return { promptTokens, completionTokens };
}
