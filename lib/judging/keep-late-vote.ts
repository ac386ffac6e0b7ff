import type { Database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import type { VoteInput, VoteOutcome } from "./schema";

/** `swapped`: the sides as this person saw them */
type Shown = { comparisonId: string; pairId: string; personId: string; swapped: boolean };

/** More changes of mind about one pair than anybody has; so that what is appended stays bounded. */
export const mostLateVotes = 20;

/**
 * Keeps a vote, its correction or withdrawal that arrived only after the comparison was closed (docs/decisions/0022), once
 * by its key, at most `mostLateVotes` a person and pair, and beside the votes, so that no figure moves. Returns the code of a
 * refusal, or null. `before`: the outcome that held when the comparison was closed.
 */
export async function keepLateVote(
  transaction: Database,
  shown: Shown,
  before: VoteOutcome | null,
  vote: VoteInput,
): Promise<string | null> {
  const { outcome, reasons, note, recognised, activeMs, idempotencyKey } = vote;
  const { comparisonId, pairId, personId } = shown;
  const used = await transaction.lateVote.findUnique({
    where: { personId_idempotencyKey: { personId, idempotencyKey } },
  });
  if (used) return used.pairId === pairId ? null : "idempotency_key_reused";
  const earlier = await transaction.lateVote.findMany({
    where: { comparisonId, pairId, personId },
    orderBy: { id: "desc" },
    select: { outcome: true },
  });
  const standing = earlier[0] ? earlier[0].outcome : before;
  if (outcome === null && standing === null) return "nothing_to_withdraw";
  if (earlier.length >= mostLateVotes) return "too_many_late";
  const decidedAt = new Date(vote.decidedAt);
  const { count } = await transaction.lateVote.createMany({
    data: [{ id: newId(), ...shown, outcome, reasons, note, recognised, activeMs, idempotencyKey, decidedAt }],
    skipDuplicates: true,
  });
  // None: at the same moment the key was used on another pair.
  return count === 1 ? null : "idempotency_key_reused";
}
