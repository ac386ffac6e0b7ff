import type { Statements } from "@/lib/platform/database/statements";
import { newId } from "@/lib/platform/ids";
import { keptLate, refused } from "./decision-result";
import type { DecisionInput, DecisionResult } from "./schema";

/** `repeatId`: of the hidden repeat that it is about; null: it is about the document itself */
type Place = { roundId: string; roundItemId: string; repeatId: string | null; personId: string };

/**
 * Keeps what arrived only after the round was closed (docs/decisions/0022): a decision, a correction of one that counts, a
 * withdrawal. Each once by its key, beside the round's decisions, so that nothing of a closed round moves.
 */
export async function keepLate(transaction: Statements, place: Place, input: DecisionInput): Promise<DecisionResult> {
  const { roundId, roundItemId, repeatId, personId } = place;
  await transaction.$executeRaw`
    insert into "LateDecision" ("id", "roundId", "roundItemId", "repeatId", "personId", "label", "flags", "note",
      "activeMs", "highlighted", "idempotencyKey", "decidedAt")
    values (${newId()}::uuid, ${roundId}::uuid, ${roundItemId}::uuid, ${repeatId}::uuid, ${personId}::uuid,
      ${input.label}::"DecisionLabel", ${input.flags}::text[], ${input.note}, ${input.activeMs}, ${input.highlighted},
      ${input.idempotencyKey}, ${new Date(input.decidedAt)})
    on conflict ("personId", "idempotencyKey") do nothing`;
  const [kept] = await transaction.$queryRaw<{ itemId: string }[]>`
    select coalesce("repeatId", "roundItemId") as "itemId" from "LateDecision"
    where "personId" = ${personId}::uuid and "idempotencyKey" = ${input.idempotencyKey}`;
  return kept?.itemId === input.itemId ? keptLate(input) : refused(input, "idempotency_key_reused");
}
