import { describe, expect, it } from "vitest";
import { readUsage, usageSchema } from "./read-usage";
import { roomFor, type Spent, spendingOf } from "./spending";

const spent = (more: Partial<Spent>): Spent => ({
  ...{ tokenBudget: null, promptTokens: 0n, completionTokens: 0n, uncounted: 0, price: null, done: 0, total: 100 },
  ...more,
});

describe("a budget of tokens", () => {
  it.each([
    ["without one", spent({ promptTokens: 10n ** 12n, done: 9 }), Number.POSITIVE_INFINITY],
    ["for one before the first answer", spent({ tokenBudget: 1000n }), 1],
    ["by the mean so far, begun answers included", spent({ tokenBudget: 100n, promptTokens: 50n, done: 4 }), 4],
    [
      "when it is spent to the token",
      spent({ tokenBudget: 100n, promptTokens: 60n, completionTokens: 40n }),
      "budget_reached",
    ],
    ["when nobody knows what is left", spent({ tokenBudget: 100n, uncounted: 1, done: 3 }), "usage_unknown"],
    [
      "when nothing is left to ask for",
      spent({ tokenBudget: 100n, promptTokens: 500n, done: 100 }),
      Number.POSITIVE_INFINITY,
    ],
    ["for one while answers took nothing", spent({ tokenBudget: 100n, done: 3 }), 1],
  ])("has room %s", (_, row, room) => expect(roomFor(row)).toBe(room));
});

describe("what all answers will take", () => {
  const price = { prompt: 1, completion: 3, currency: "EUR" };

  it("is told from the fifth on, or once all few are there", () => {
    expect(spendingOf(spent({ promptTokens: 40n, done: 4 })).expectedTokens).toBeNull();
    expect(spendingOf(spent({ promptTokens: 50n, done: 5 })).expectedTokens).toBe(1000);
    expect(spendingOf(spent({ promptTokens: 20n, done: 2, total: 2 })).expectedTokens).toBe(20);
  });

  it("leaves answers out that were not counted, and never falls below what is spent", () => {
    expect(spendingOf(spent({ promptTokens: 60n, done: 8, uncounted: 2 })).expectedTokens).toBe(1000);
    expect(spendingOf(spent({ promptTokens: 60n, done: 5, total: 3 })).expectedTokens).toBe(60);
  });

  it("costs as the tokens so far did, each kind at its price", () => {
    const row = spent({ promptTokens: 1_000_000n, completionTokens: 1_000_000n, done: 10, total: 20, price });
    expect(spendingOf(row)).toMatchObject({ cost: 4, expectedCost: 8, currency: "EUR" });
    expect(spendingOf(spent({ done: 10, price }))).toMatchObject({ cost: 0, expectedCost: null });
  });
});

describe("what an endpoint says of its tokens", () => {
  it.each([
    [
      { prompt_tokens: 3, completion_tokens: 0 },
      { promptTokens: 3, completionTokens: 0 },
    ],
    [{ prompt_tokens: 3 }, { promptTokens: null, completionTokens: null }],
    [
      { prompt_tokens: -1, completion_tokens: 2 },
      { promptTokens: null, completionTokens: null },
    ],
    [
      { prompt_tokens: 1e300, completion_tokens: 2 },
      { promptTokens: null, completionTokens: null },
    ],
    [
      { prompt_tokens: "many", completion_tokens: 2 },
      { promptTokens: null, completionTokens: null },
    ],
    ["nothing", { promptTokens: null, completionTokens: null }],
    [undefined, { promptTokens: null, completionTokens: null }],
  ])("is taken where it is a count of both, and else is unknown: %o", (said, read) => {
    expect(readUsage(usageSchema.parse(said))).toEqual(read);
  });
});
