import type { Database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import type { VoteInput } from "./schema";

/** `swapped`: the sides as this person saw them */
type Shown = { comparisonId: string; pairId: string; personId: string; swapped: boolean };

/**
 * Keeps a vote, its correction or withdrawal that arrived only after the comparison was closed (docs/decisions/0022), once
 * by its key and beside the votes, so that no figure moves. False where the key was used on another pair.
 */
export async function keepLateVote(transaction: Database, shown: Shown, vote: VoteInput): Promise<boolean> {
  const { outcome, reasons, note, recognised, activeMs, idempotencyKey } = vote;
  const decidedAt = new Date(vote.decidedAt);
  await transaction.lateVote.createMany({
    data: [{ id: newId(), ...shown, outcome, reasons, note, recognised, activeMs, idempotencyKey, decidedAt }],
    skipDuplicates: true,
  });
  const kept = await transaction.lateVote.findUnique({
    where: { personId_idempotencyKey: { personId: shown.personId, idempotencyKey } },
  });
  return kept?.pairId === shown.pairId;
}
