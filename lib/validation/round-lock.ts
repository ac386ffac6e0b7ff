import { type Lock, lockOf, takeLocks } from "@/lib/platform/database/locks";
import type { Statements } from "@/lib/platform/database/statements";

const lockOfRound = (roundId: string, shared: boolean) => lockOf(`round ${roundId}`, { shared });

/**
 * Locks that last until the transaction ends. Whoever claims or decides shares the round's; closing it and rebuilding its
 * tallies takes the round's alone, and so sees no claim or decision half done. An advisory lock, because decisions also
 * update the round's row: sharing that row's lock and then updating it would deadlock two of them.
 */
export const sharedRound = (roundId: string): Lock => lockOfRound(roundId, true);

/** A person's own claims (two windows, say) come one after the other. */
export const ownClaims = (roundId: string, personId: string): Lock => lockOf(`claims ${roundId} ${personId}`);

export const shareRound = (transaction: Statements, roundId: string) => takeLocks(transaction, sharedRound(roundId));

export const takeRound = (transaction: Statements, roundId: string) =>
  takeLocks(transaction, lockOfRound(roundId, false));

/** Shares the round, and takes the person's own claims. */
export const shareRoundAs = (transaction: Statements, roundId: string, personId: string) =>
  takeLocks(transaction, sharedRound(roundId), ownClaims(roundId, personId));
