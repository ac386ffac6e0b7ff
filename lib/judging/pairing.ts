import { createHash, randomBytes } from "node:crypto";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

export type AnswerOfPrompt = { answerId: string; answerSetId: string; promptId: string };
export type PlannedPair = { promptId: string; firstAnswerId: string; secondAnswerId: string };

/**
 * Every prompt with every two contestants that answered it, in a shuffled order. Which answer is shown first is decided
 * by a hash of seed, prompt and contestants, so that anyone can repeat it.
 */
export function planPairs(answers: readonly AnswerOfPrompt[], seed: number): PlannedPair[] {
  const byPrompt = new Map<string, AnswerOfPrompt[]>();
  for (const answer of answers) byPrompt.set(answer.promptId, [...(byPrompt.get(answer.promptId) ?? []), answer]);
  const pairs: { key: string; pair: PlannedPair }[] = [];
  for (const [promptId, group] of byPrompt) {
    const sorted = [...group].sort((a, b) => (a.answerSetId < b.answerSetId ? -1 : 1));
    for (const [index, one] of sorted.entries()) {
      for (const other of sorted.slice(index + 1)) {
        const key = sha256(`${seed}:pair:${promptId}:${one.answerSetId}:${other.answerSetId}`);
        const swap = Number.parseInt(key.slice(-1), 16) % 2 === 1;
        const [first, second] = swap ? [other, one] : [one, other];
        pairs.push({ key, pair: { promptId, firstAnswerId: first.answerId, secondAnswerId: second.answerId } });
      }
    }
  }
  return pairs.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ pair }) => pair);
}

/** Whether a person sees the pair with its sides swapped: a second voter's view is as often the other way round. */
export function isSwapped(seed: number, pairId: string, personId: string): boolean {
  return Number.parseInt(sha256(`${seed}:sides:${pairId}:${personId}`).slice(-1), 16) % 2 === 1;
}

/** One line a pair, "position prompt first second", each ended by a line feed: what the published hash is made of. */
export function canonicalPairs(pairs: readonly PlannedPair[]): string {
  return pairs
    .map((pair, position) => `${position} ${pair.promptId} ${pair.firstAnswerId} ${pair.secondAnswerId}\n`)
    .join("");
}

export const newSalt = () => randomBytes(32).toString("hex");

/** SHA-256 of the salt (as hexadecimal text) followed by the canonical pairs, in hexadecimal. */
export const hashPairs = (salt: string, canonical: string) => sha256(salt + canonical);
