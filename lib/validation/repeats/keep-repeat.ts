import type { Statements } from "@/lib/platform/database/statements";
import { newId } from "@/lib/platform/ids";
import { kept, refused } from "../decision-result";
import { keepLate } from "../keep-late";
import type { DecisionInput, DecisionLabel, DecisionResult, RoundState } from "../schema";
import type { RepeatPlan } from "./plan-repeat";

/** Remembers that a document comes to this person once more. Once only, however often they change their mind. */
export async function addRepeat(
  transaction: Statements,
  to: { roundId: string; roundItemId: string; personId: string },
  { delay, delayAtTheEnd }: RepeatPlan,
): Promise<void> {
  await transaction.$executeRaw`
    insert into "Repeat" ("id", "roundId", "roundItemId", "personId", "dueAt", "dueAtLast")
    select ${newId()}::uuid, ${to.roundId}::uuid, ${to.roundItemId}::uuid, ${to.personId}::uuid,
      member."decided" + 1 + ${delay}::int, member."decided" + 1 + ${delayAtTheEnd}::int
    from "RoundMember" member
    where member."roundId" = ${to.roundId}::uuid and member."personId" = ${to.personId}::uuid
    on conflict ("roundItemId", "personId") do nothing`;
}

type HeldRepeat = { id: string; roundItemId: string; state: RoundState };
type Known = { keyUsedOn: string | null; currentId: string | null; label: DecisionLabel | null };

/** As `keepDecision`, for a document that came a second time: it counts for the person's consistency alone. */
export async function keepRepeat(
  transaction: Statements,
  personId: string,
  roundId: string,
  input: DecisionInput,
): Promise<DecisionResult> {
  const { idempotencyKey } = input;
  const [repeat] = await transaction.$queryRaw<HeldRepeat[]>`
    select repeat."id", repeat."roundItemId", round."state" from "Repeat" repeat join "Round" round on round."id" = repeat."roundId"
    where repeat."id" = ${input.itemId}::uuid and repeat."roundId" = ${roundId}::uuid
      and repeat."personId" = ${personId}::uuid
    for update of repeat`;
  if (!repeat) return refused(input, "item_not_claimed");
  const [known] = await transaction.$queryRaw<Known[]>`
    select
      (select "repeatId" from "RepeatDecision"
        where "personId" = ${personId}::uuid and "idempotencyKey" = ${idempotencyKey}) as "keyUsedOn",
      current."id" as "currentId", current."label"
    from (select 1) one
    left join "RepeatDecision" current on current."repeatId" = ${repeat.id}::uuid
      and not exists (select 1 from "RepeatDecision" later where later."correctsId" = current."id")`;
  if (known?.keyUsedOn) return known.keyUsedOn === repeat.id ? kept(input) : refused(input, "idempotency_key_reused");
  const before = known?.label ?? null;
  if (repeat.state !== "open") {
    const place = { roundId, roundItemId: repeat.roundItemId, repeatId: repeat.id, personId };
    return keepLate(transaction, { ...place, before }, input);
  }
  if (input.label === null && before === null) return refused(input, "nothing_to_withdraw");
  await transaction.$executeRaw`
    with appended as (
      insert into "RepeatDecision" ("id", "repeatId", "personId", "label", "flags", "note", "activeMs",
        "highlighted", "idempotencyKey", "correctsId", "decidedAt")
      values (${newId()}::uuid, ${repeat.id}::uuid, ${personId}::uuid, ${input.label}::"DecisionLabel",
        ${input.flags}::text[], ${input.note}, ${input.activeMs}, ${input.highlighted}, ${idempotencyKey},
        ${known?.currentId ?? null}::uuid, ${new Date(input.decidedAt)})
    ), labelled as (
      update "Repeat" set "label" = ${input.label}::"DecisionLabel" where "id" = ${repeat.id}::uuid
    )
    update "RoundMember" member
    set "repeated" = member."repeated" + ${(input.label ? 1 : 0) - (before ? 1 : 0)}::int,
      "activeMs" = member."activeMs" + ${input.activeMs}::int
    where member."roundId" = ${roundId}::uuid and member."personId" = ${personId}::uuid`;
  return kept(input);
}
