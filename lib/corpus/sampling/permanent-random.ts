import { createHash } from "node:crypto";

/** The same in SQL: see `randomSql`. First 53 bits of SHA-256(seed ":" document id), as a number in [0, 1). */
export function permanentRandom(seed: number, documentId: string): number {
  const hex = createHash("sha256").update(`${seed}:${documentId}`).digest("hex").slice(0, 14);
  return Number(BigInt(`0x${hex}`) >> 3n) / 2 ** 53;
}

/** DuckDB's expression for it; `seed` is a checked integer. */
export function randomSql(seed: number): string {
  if (!Number.isSafeInteger(seed)) throw new Error("a seed is an integer");
  return `((('0x' || substr(sha256('${seed}:' || id), 1, 14))::UBIGINT >> 3)::DOUBLE / 9007199254740992)`;
}
