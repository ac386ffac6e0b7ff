import { createHash } from "node:crypto";
import type { Lock, Statements } from "@/lib/platform/database/statements";

/** Ids may be written in capitals; they name the same round. */
const keyOf = (name: string): bigint => createHash("sha256").update(name.toLowerCase()).digest().readBigInt64BE();
const roundKey = (roundId: string) => keyOf(`round ${roundId}`);
const claimsKey = (roundId: string, personId: string) => keyOf(`claims ${roundId} ${personId}`);

/**
 * Locks that last until the transaction ends. Whoever claims or decides shares the round's; closing it and rebuilding its
 * tallies takes the round's alone, and so sees no claim or decision half done. An advisory lock, because decisions also
 * update the round's row: sharing that row's lock and then updating it would deadlock two of them.
 */
export const sharedRound = (roundId: string): Lock => ({ key: roundKey(roundId), shared: true });

/** A person's own claims (two windows, say) come one after the other. */
export const ownClaims = (roundId: string, personId: string): Lock => ({
  key: claimsKey(roundId, personId),
  shared: false,
});

export async function shareRound(transaction: Statements, roundId: string): Promise<void> {
  await transaction.$executeRaw`select pg_advisory_xact_lock_shared(${String(roundKey(roundId))}::bigint)`;
}

export async function takeRound(transaction: Statements, roundId: string): Promise<void> {
  await transaction.$executeRaw`select pg_advisory_xact_lock(${String(roundKey(roundId))}::bigint)`;
}

/** Shares the round, and takes the person's own claims. */
export async function shareRoundAs(transaction: Statements, roundId: string, personId: string): Promise<void> {
  await transaction.$executeRaw`
    select pg_advisory_xact_lock_shared(${String(roundKey(roundId))}::bigint),
      pg_advisory_xact_lock(${String(claimsKey(roundId, personId))}::bigint)`;
}
