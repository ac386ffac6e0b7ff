import type { Statements } from "@/lib/platform/database/statements";
import { newId } from "@/lib/platform/ids";
import { keptLate, refused } from "./decision-result";
import type { DecisionInput, DecisionLabel, DecisionResult } from "./schema";

/**
 * `repeatId`: of the hidden repeat that it is about; null: it is about the document itself. `before`: the label that held
 * when the round was closed.
 */
type Place = {
  roundId: string;
  roundItemId: string;
  repeatId: string | null;
  personId: string;
  before: DecisionLabel | null;
};
type Known = { keyUsedOn: string | null; entries: number; label: DecisionLabel | null };

/** More changes of mind about one document than anybody has; so that what is appended stays bounded. */
export const mostLate = 20;

/**
 * Keeps what arrived only after the round was closed (docs/decisions/0022): a decision, a correction of one that counts, a
 * withdrawal. Each once by its key and at most `mostLate` a person and document, beside the round's decisions, so that
 * nothing of a closed round moves.
 */
export async function keepLate(transaction: Statements, place: Place, input: DecisionInput): Promise<DecisionResult> {
  const { roundId, roundItemId, repeatId, personId } = place;
  const [known] = await transaction.$queryRaw<Known[]>`
    select
      (select coalesce("repeatId", "roundItemId") from "LateDecision"
        where "personId" = ${personId}::uuid and "idempotencyKey" = ${input.idempotencyKey}) as "keyUsedOn",
      count(*)::int as "entries", (array_agg("label" order by "id" desc))[1] as "label"
    from "LateDecision"
    where "roundItemId" = ${roundItemId}::uuid and "personId" = ${personId}::uuid
      and "repeatId" is not distinct from ${repeatId}::uuid`;
  if (known?.keyUsedOn) {
    return known.keyUsedOn === input.itemId ? keptLate(input) : refused(input, "idempotency_key_reused");
  }
  const standing = known?.entries ? known.label : place.before;
  if (input.label === null && standing === null) return refused(input, "nothing_to_withdraw");
  if (known && known.entries >= mostLate) return refused(input, "too_many_late");
  const inserted = await transaction.$executeRaw`
    insert into "LateDecision" ("id", "roundId", "roundItemId", "repeatId", "personId", "label", "flags", "note",
      "activeMs", "highlighted", "idempotencyKey", "decidedAt")
    values (${newId()}::uuid, ${roundId}::uuid, ${roundItemId}::uuid, ${repeatId}::uuid, ${personId}::uuid,
      ${input.label}::"DecisionLabel", ${input.flags}::text[], ${input.note}, ${input.activeMs}, ${input.highlighted},
      ${input.idempotencyKey}, ${new Date(input.decidedAt)})
    on conflict ("personId", "idempotencyKey") do nothing`;
  // None: at the same moment the key was used on another document.
  return inserted === 1 ? keptLate(input) : refused(input, "idempotency_key_reused");
}
