import type { LabellingRun } from "@/lib/platform/database/generated/client";
import { type Spending, type TokenPrice, tokenPriceSchema } from "./schema";

/** So many counted answers, and what all will take is told. */
const answersForExpectation = 5;

/** What a work that asks an endpoint has spent, as its row says; `done` and `total` count answers. */
export type Spent = {
  tokenBudget: bigint | null;
  promptTokens: bigint;
  completionTokens: bigint;
  uncounted: number;
  price: unknown;
  done: number;
  total: number;
};
type Tallies = Pick<LabellingRun, "medical" | "nonMedical" | "unusable">;

/** A labelling run's row with the number of its labels. */
export function labellingSpent<Row extends Tallies>(run: Row): Row & { done: number } {
  return { ...run, done: run.medical + run.nonMedical + run.unusable };
}
export type NoRoom = "budget_reached" | "usage_unknown";

const tokensOf = ({ promptTokens, completionTokens }: Spent) => Number(promptTokens + completionTokens);

/** Mean tokens of an answer with its prompt, of those that the endpoint counted; null where there are none. */
function meanTokens(spent: Spent): number | null {
  const counted = spent.done - spent.uncounted;
  return counted > 0 ? tokensOf(spent) / counted : null;
}

/**
 * For how many more answers the budget has room, by the mean of those so far; or why for none. The first one is asked for
 * alone, to learn what one takes. It is exceeded by one answer, and by what those under way take beyond the mean.
 */
export function roomFor(spent: Spent): number | NoRoom {
  if (spent.tokenBudget === null || spent.done >= spent.total) return Number.POSITIVE_INFINITY;
  const left = Number(spent.tokenBudget) - tokensOf(spent);
  if (left <= 0) return "budget_reached";
  // Nobody knows what is left of it.
  if (spent.uncounted > 0) return "usage_unknown";
  const mean = meanTokens(spent);
  return mean ? Math.ceil(left / mean) : 1;
}

/** The part of a work's summary that tells what it spends, and what all of it will by the mean so far. */
export function spendingOf(spent: Spent): Spending {
  const price = tokenPriceSchema.nullable().parse(spent.price);
  const enough = spent.done - spent.uncounted >= Math.min(answersForExpectation, spent.total);
  const mean = enough ? meanTokens(spent) : null;
  const [promptTokens, completionTokens] = [Number(spent.promptTokens), Number(spent.completionTokens)];
  const tokens = promptTokens + completionTokens;
  // What a mean over all answers says, not an extrapolation of the last ones: documents come in a random order.
  const expectedTokens = mean === null ? null : Math.max(tokens, Math.round(mean * spent.total));
  const cost = price ? costOf(price, promptTokens, completionTokens) : null;
  return {
    tokenBudget: spent.tokenBudget === null ? null : Number(spent.tokenBudget),
    ...{ promptTokens, completionTokens, uncounted: spent.uncounted, expectedTokens },
    currency: price?.currency ?? null,
    cost,
    expectedCost: cost === null || expectedTokens === null || tokens === 0 ? null : (cost * expectedTokens) / tokens,
  };
}

/** In the price's currency. */
function costOf(price: TokenPrice, promptTokens: number, completionTokens: number): number {
  return (promptTokens * price.prompt + completionTokens * price.completion) / 1e6;
}
