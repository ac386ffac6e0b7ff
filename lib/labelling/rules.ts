import { placeholder, type TokenPrice } from "./schema";

export type Outcome = "medical" | "non_medical" | "unusable";

/** The request's user message: the prompt with the document in its place, cut to `maxCharacters`. */
export function renderPrompt(text: string, document: string, maxCharacters: number): string {
  // Half a character at the end is no text that an endpoint takes.
  const cut = document.length > maxCharacters ? document.slice(0, maxCharacters).replace(/\p{Cs}$/u, "") : document;
  // A function, so that "$&" and the like in web text are not taken as patterns.
  return text.replace(placeholder, () => cut);
}

/** A map, not an object: those have names of their own ("constructor"), which an answer may say too. */
const labels = new Map<string, Outcome>([
  ["medical", "medical"],
  ["medizinisch", "medical"],
  ["non-medical", "non_medical"],
  ["non medical", "non_medical"],
  ["nonmedical", "non_medical"],
  ["not medical", "non_medical"],
  ["nicht-medizinisch", "non_medical"],
  ["nicht medizinisch", "non_medical"],
]);

const normalise = (text: unknown) => (typeof text === "string" ? text.trim().toLowerCase().replaceAll("_", "-") : "");

/**
 * Reads an answer: a JSON object with `label`, alone or within other text, or the bare word alone. Everything else,
 * also two objects that contradict each other, is unusable: a guess would be a label that nobody gave.
 */
export function parseAnswer(answer: string): Outcome {
  const bare = labels.get(normalise(answer).replace(/^["'`*]+|["'`*.!]+$/g, ""));
  if (bare) return bare;
  const found = new Set<Outcome>();
  for (const [object] of answer.matchAll(/\{[^{}]*\}/g)) {
    try {
      const outcome = labels.get(normalise((JSON.parse(object) as { label?: unknown }).label));
      if (outcome) found.add(outcome);
    } catch {
      // Not JSON; another object of the answer may be.
    }
  }
  const [only] = found;
  return found.size === 1 && only ? only : "unusable";
}

type LogProbability = { token?: string; logprob?: number; top_logprobs?: { token?: string; logprob?: number }[] };

/**
 * Probability of "medical" against "non-medical" from the log-probabilities of an answer, where the endpoint gives
 * them: at the first position whose alternatives hold both a token that begins "medical" and one that begins
 * "non-medical", normalised over the two. Null where there is no such position.
 */
export function medicalProbability(content: readonly LogProbability[] | null | undefined): number | null {
  for (const position of content ?? []) {
    const alternatives = position.top_logprobs ?? [];
    let medical = Number.NEGATIVE_INFINITY;
    let other = Number.NEGATIVE_INFINITY;
    for (const { token, logprob } of alternatives) {
      if (typeof logprob !== "number") continue;
      const label = tokenLabel(token ?? "");
      if (label === "medical") medical = Math.max(medical, logprob);
      if (label === "non_medical") other = Math.max(other, logprob);
    }
    if (medical > Number.NEGATIVE_INFINITY && other > Number.NEGATIVE_INFINITY) {
      return 1 / (1 + Math.exp(other - medical));
    }
  }
  return null;
}

function tokenLabel(token: string): Outcome | null {
  // An endpoint that chooses from options names a whole option, such as {"label":"medical"}.
  const option = parseAnswer(token);
  if (option !== "unusable") return option;
  const text = token
    .trim()
    .replace(/^["'{:]+/, "")
    .toLowerCase();
  if (text.length < 3) return null;
  if ("medical".startsWith(text)) return "medical";
  return "non-medical".startsWith(text) ? "non_medical" : null;
}

/**
 * How many requests may be under way: grows by one with each success, halves when the endpoint says that it is too
 * much (additive increase, multiplicative decrease), and then waits, doubling up to a minute.
 */
export class Pace {
  limit: number;
  failuresInRow = 0;
  #pauseMs = 0;

  constructor(readonly most: number) {
    this.limit = Math.min(4, most);
  }

  succeeded(): void {
    this.failuresInRow = 0;
    this.#pauseMs = 0;
    this.limit = Math.min(this.most, this.limit + 1 / this.limit);
  }

  /** Milliseconds to wait before the next request; the endpoint's own wish goes first. */
  failed(retryAfterSeconds: number | null): number {
    this.failuresInRow += 1;
    this.limit = Math.max(1, this.limit / 2);
    this.#pauseMs = Math.min(60_000, Math.max(500, this.#pauseMs * 2));
    return retryAfterSeconds === null ? this.#pauseMs : Math.min(120_000, retryAfterSeconds * 1000);
  }
}

/** The most that so many tokens can cost, in the price's currency: as if all were of the dearer kind. */
export function highestCost(price: TokenPrice, tokens: number): number {
  return (tokens * Math.max(price.prompt, price.completion)) / 1e6;
}

/** Whether it is for its budget that a work is paused, so that another one lets it go on. */
export const isAboutBudget = (reason: string | null) => reason === "budget_reached" || reason === "usage_unknown";
