import { Prisma } from "@/lib/platform/database/client";
import { inStatements, type Statements } from "@/lib/platform/database/statements";
import { newId } from "@/lib/platform/ids";
import { Problem } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { kept, refused } from "./decision-result";
import { enterRound } from "./enter-round";
import { keepLate } from "./keep-late";
import { addRepeat, keepRepeat } from "./repeats/keep-repeat";
import { planRepeat } from "./repeats/plan-repeat";
import { sharedRound } from "./round-lock";
import { agree, claimHours, type Gold, goldOf, goldStateOf, isContested, patternOf } from "./rules";
import type { DecisionInput, DecisionLabel, DecisionResult, RoundState } from "./schema";
import { tallyDecision } from "./tally-decision";

type QueuedItem = {
  id: string;
  stratumId: string;
  itemId: string;
  wanted: number;
  decided: number;
  claimed: number;
  gold: Gold | null;
  settled: DecisionLabel | null;
  state: RoundState;
  seed: number;
  repeatShare: number;
  /** whoever decides takes part in the round */
  member: boolean;
};

/** A decision that no other corrects. */
type Current = {
  id: string;
  personId: string;
  label: DecisionLabel | null;
  flags: string[];
  highlighted: boolean;
  surplus: boolean;
};

type Known = {
  claim: "open" | "decided" | "lapsed" | "released" | null;
  /** the item on which this idempotency key was used before */
  keyUsedOn: string | null;
  current: Current[];
};

/**
 * Appends one decision and moves everything that counts it, in one transaction. A person's later decision on the same
 * document corrects the earlier one, and `label: null` withdraws it. A decision whose claim is gone counts if the
 * document still wants one; else it is kept as surplus. The answer does not tell which, since that would tell of others.
 * What arrives after the round was closed is kept beside it (`keepLate`), and the answer says so.
 * Throws as `enterRound`.
 */
export function keepDecision(actor: StudyActor, roundId: string, input: DecisionInput): Promise<DecisionResult> {
  const keep = async (transaction: Statements): Promise<DecisionResult> => {
    const item = await lockItem(transaction, actor, roundId, input.itemId);
    if (!item) await enterRound(transaction, actor, roundId, actor.personId);
    else if (!item.member) throw new Problem(403, "not_in_round");
    const known = await readKnown(transaction, actor.personId, input);
    if (known.keyUsedOn)
      return known.keyUsedOn === input.itemId ? kept(input) : refused(input, "idempotency_key_reused");
    if (!item) return keepRepeat(transaction, actor.personId, roundId, input);
    if (!known.claim) return refused(input, "item_not_claimed");
    const own = known.current.find((decision) => decision.personId === actor.personId);
    if (item.state !== "open") {
      const place = { roundId, roundItemId: item.id, repeatId: null, personId: actor.personId };
      return keepLate(transaction, { ...place, before: own?.label ?? null }, input);
    }
    if (input.label === null && !own?.label) return refused(input, "nothing_to_withdraw");

    const move = moveOf(item, known.claim, own, input.label);
    const decision = { ...input, id: newId(), personId: actor.personId, surplus: move.surplus };
    const counted = (decisions: readonly (Omit<Current, "label"> & { label: DecisionLabel | null })[]) =>
      decisions.flatMap((one) => (one.label && !one.surplus ? [{ ...one, label: one.label }] : []));
    const before = counted(known.current);
    const after = counted([...known.current.filter((one) => one !== own), decision]);
    const { agreed, disputed } = agree(after.map((one) => one.label));
    const flagged = after.some((one) => one.flags.length > 0);
    const gold = goldOf(agreed, item.settled);
    const decided = item.decided + move.decided;
    const highlightedOf = (some: { highlighted: boolean }[]) => some.filter(({ highlighted }) => highlighted).length;

    const repeat = own ? null : planRepeat(item, actor.personId, item.id);
    if (repeat) await addRepeat(transaction, { roundId, roundItemId: item.id, personId: actor.personId }, repeat);
    const change = {
      roundId,
      personId: actor.personId,
      itemId: item.itemId,
      stratumId: item.stratumId,
      decided: move.decided,
      highlighted: highlightedOf(after) - highlightedOf(before),
      ownDecided: (input.label ? 1 : 0) - (own?.label ? 1 : 0),
      activeMs: input.activeMs,
      gold: { before: goldStateOf(item.decided, item.gold), after: goldStateOf(decided, gold) },
      pattern: { before: patternOf(before), after: patternOf(after) },
    };
    // The claim before the person's counts, as where documents are claimed: else the two could wait for each other.
    const append = Prisma.sql`
      appended as (
        insert into "Decision" ("id", "roundId", "roundItemId", "personId", "label", "flags", "note", "activeMs",
          "highlighted", "idempotencyKey", "correctsId", "surplus", "decidedAt")
        values (${decision.id}::uuid, ${roundId}::uuid, ${item.id}::uuid, ${actor.personId}::uuid,
          ${input.label}::"DecisionLabel", ${input.flags}::text[], ${input.note}, ${input.activeMs},
          ${input.highlighted}, ${input.idempotencyKey}, ${own?.id ?? null}::uuid, ${move.surplus}, ${new Date(input.decidedAt)})
      ), moved as (
        update "Claim" set "state" = ${move.claim}::"ClaimState",
          "lapsesAt" = case when ${move.claim} = 'open' then now() + make_interval(hours => ${claimHours}::int)
            else "lapsesAt" end
        where "roundItemId" = ${item.id}::uuid and "personId" = ${actor.personId}::uuid
          and "state" = ${known.claim}::"ClaimState"
        returning "roundItemId"
      ), done as (
        update "RoundItem" set "decided" = ${decided}, "claimed" = ${item.claimed + move.claimed},
          "agreed" = ${agreed}::"DecisionLabel", "gold" = ${gold}::"DecisionLabel", "disputed" = ${disputed},
          "flagged" = ${flagged}, "contested" = ${isContested(after.length, agreed, flagged)}
        where "id" = ${item.id}::uuid and (select count(*) from moved) is not null
        returning "id"
      )`;
    await tallyDecision(transaction, change, append);
    return kept(input);
  };
  return inStatements(keep, { locks: [sharedRound(roundId)] });
}

/** What becomes of the claim, and what the item's counts gain or lose. */
function moveOf(
  item: QueuedItem,
  claim: NonNullable<Known["claim"]>,
  own: Current | undefined,
  label: DecisionLabel | null,
): { claim: NonNullable<Known["claim"]>; decided: number; claimed: number; surplus: boolean } {
  const counted = own?.label != null && !own.surplus;
  if (label === null) {
    // The document goes back on the screen that withdrew, so the person holds it again.
    if (counted) return { claim: "open", decided: -1, claimed: 1, surplus: false };
    return { claim, decided: 0, claimed: 0, surplus: true };
  }
  if (counted) return { claim: "decided", decided: 0, claimed: 0, surplus: false };
  if (claim === "open") return { claim: "decided", decided: 1, claimed: -1, surplus: false };
  if (item.decided + item.claimed < item.wanted) return { claim: "decided", decided: 1, claimed: 0, surplus: false };
  return { claim, decided: 0, claimed: 0, surplus: true };
}

/** The item stays ours until the transaction ends. None: the study's round has no such item. */
async function lockItem(
  transaction: Statements,
  actor: StudyActor,
  roundId: string,
  itemId: string,
): Promise<QueuedItem | undefined> {
  const [item] = await transaction.$queryRaw<QueuedItem[]>`
    select item."id", item."stratumId", item."itemId", item."wanted", item."decided", item."claimed", item."gold",
      item."settled", round."state", round."seed", round."repeatShare",
      exists (select 1 from "RoundMember" member
        where member."roundId" = round."id" and member."personId" = ${actor.personId}::uuid) as "member"
    from "RoundItem" item join "Round" round on round."id" = item."roundId"
    where item."id" = ${itemId}::uuid and item."roundId" = ${roundId}::uuid
      and round."studyId" = ${actor.studyId}::uuid
    for update of item`;
  return item;
}

/** Read after the lock, so that nothing of another transaction is missed. */
async function readKnown(transaction: Statements, personId: string, input: DecisionInput): Promise<Known> {
  const [known] = await transaction.$queryRaw<Known[]>`
    select
      (select "state" from "Claim" where "roundItemId" = ${input.itemId}::uuid and "personId" = ${personId}::uuid)
        as "claim",
      (select "roundItemId" from "Decision"
        where "personId" = ${personId}::uuid and "idempotencyKey" = ${input.idempotencyKey}) as "keyUsedOn",
      (select coalesce(json_agg(json_build_object('id', decision."id", 'personId', decision."personId",
          'label', decision."label", 'flags', decision."flags", 'highlighted', decision."highlighted",
          'surplus', decision."surplus")), '[]')
        from "Decision" decision
        where decision."roundItemId" = ${input.itemId}::uuid
          and not exists (select 1 from "Decision" later where later."correctsId" = decision."id")) as "current"`;
  return known ?? { claim: null, keyUsedOn: null, current: [] };
}
