import { createHash, randomBytes } from "node:crypto";

export type Assignment = { itemId: string; wanted: number }[];

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Items in the order of SHA-256(seed, purpose, item): a shuffle that anyone can repeat in any language. */
function shuffled(itemIds: readonly string[], seed: number, purpose: string): string[] {
  return itemIds
    .map((id) => ({ id, key: sha256(`${seed}:${purpose}:${id}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ id }) => id);
}

/**
 * The order of the queue and how many people decide each item. Which items are decided twice is drawn by its own
 * shuffle: neither the place in the queue nor how fast somebody works has a say in it.
 */
export function assignItems(itemIds: readonly string[], seed: number, doubleShare: number): Assignment {
  const doubles = new Set(shuffled(itemIds, seed, "double").slice(0, Math.round(doubleShare * itemIds.length)));
  return shuffled(itemIds, seed, "queue").map((itemId) => ({ itemId, wanted: doubles.has(itemId) ? 2 : 1 }));
}

/** One line an item, "position item wanted", each ended by a line feed: what the published hash is made of. */
export function canonicalAssignment(assignment: Assignment): string {
  return assignment.map(({ itemId, wanted }, position) => `${position} ${itemId} ${wanted}\n`).join("");
}

export const newSalt = () => randomBytes(32).toString("hex");

/** SHA-256 of the salt (as hexadecimal text) followed by the canonical assignment, in hexadecimal. */
export const hashAssignment = (salt: string, canonical: string) => sha256(salt + canonical);
