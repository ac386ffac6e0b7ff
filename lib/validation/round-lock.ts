import type { Statements } from "@/lib/platform/database/statements";

/**
 * Locks that last until the transaction ends. Whoever claims or decides shares the round's; closing it and rebuilding its
 * tallies takes the round's alone, and so sees no claim or decision half done. An advisory lock, because decisions also
 * update the round's row: sharing that row's lock and then updating it would deadlock two of them.
 */
export async function shareRound(transaction: Statements, roundId: string): Promise<void> {
  await transaction.$executeRaw`select pg_advisory_xact_lock_shared(hashtextextended(${`round ${roundId}`}, 0))`;
}

export async function takeRound(transaction: Statements, roundId: string): Promise<void> {
  await transaction.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`round ${roundId}`}, 0))`;
}

/** Shares the round, and lets a person's own claims (two windows, say) come one after the other. */
export async function shareRoundAs(transaction: Statements, roundId: string, personId: string): Promise<void> {
  await transaction.$executeRaw`
    select pg_advisory_xact_lock_shared(hashtextextended(${`round ${roundId}`}, 0)),
      pg_advisory_xact_lock(hashtextextended(${`claims ${roundId} ${personId}`}, 0))`;
}
