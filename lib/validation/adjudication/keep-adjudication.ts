import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import type { StudyActor } from "@/lib/studies/actor";
import { kept, refused } from "../decision-result";
import { shareRound } from "../round-lock";
import { claimHours, type Gold, goldOf, goldStateOf } from "../rules";
import type { DecisionLabel, DecisionResult } from "../schema";
import { tallyDecision } from "../tally-decision";
import { enterAdjudication } from "./enter-adjudication";
import type { AdjudicationInput, SubmitAdjudicationsInput } from "./schema";

type Item = {
  id: string;
  itemId: string;
  stratumId: string;
  decided: number;
  agreed: Gold | null;
  settled: DecisionLabel | null;
  gold: Gold | null;
  contested: boolean;
  held: boolean;
};

/** An adjudication that no other corrects. */
type Current = { id: string; personId: string; label: DecisionLabel | null; surplus: boolean };

type Known = {
  keyUsedOn: string | null;
  /** it was handed to this person to decide on */
  ownItem: boolean;
  current: Current[];
};

/** A batch from the browser's outbox, in its order; each is kept or refused for itself. */
export async function submitAdjudications(
  actor: StudyActor,
  roundId: string,
  input: SubmitAdjudicationsInput,
): Promise<{ results: DecisionResult[] }> {
  await enterAdjudication(database(), actor, roundId, input.personId);
  const results: DecisionResult[] = [];
  for (const adjudication of input.adjudications) results.push(await keepAdjudication(actor, roundId, adjudication));
  return { results };
}

/**
 * Appends one adjudication and moves the gold label and its tallies, in one transaction, also in a closed round. The first
 * to settle a document counts; what somebody else sends after it is kept as surplus. Refused (`own_item`) for documents
 * that were handed to this person in the round.
 */
function keepAdjudication(
  actor: { personId: string },
  roundId: string,
  input: AdjudicationInput,
): Promise<DecisionResult> {
  const { idempotencyKey } = input;
  return inTransaction(async (transaction) => {
    await shareRound(transaction, roundId);
    const item = await lockItem(transaction, roundId, input.itemId, actor.personId);
    const known = await readKnown(transaction, actor.personId, input);
    if (known.keyUsedOn)
      return known.keyUsedOn === input.itemId ? kept(input) : refused(input, "idempotency_key_reused");
    const own = known.current.find((one) => one.personId === actor.personId);
    if (!item || !(item.contested || item.held || own)) return refused(input, "item_not_claimed");
    if (known.ownItem) return refused(input, "own_item");
    if (input.label === null && !own?.label) return refused(input, "nothing_to_withdraw");
    const surplus = known.current.some((one) => one.personId !== actor.personId && one.label && !one.surplus);
    const settled = surplus ? item.settled : input.label;
    const gold = goldOf(item.agreed, settled);
    await transaction.adjudication.create({
      data: {
        id: newId(),
        roundId,
        roundItemId: item.id,
        personId: actor.personId,
        label: input.label,
        note: input.note,
        activeMs: input.activeMs,
        highlighted: input.highlighted,
        idempotencyKey,
        correctsId: own?.id ?? null,
        surplus,
        decidedAt: new Date(input.decidedAt),
      },
    });
    // Withdrawn, the document goes back on the screen that withdrew it, so the person holds it again.
    const holder =
      settled === null ? { adjudicatorId: actor.personId, adjudicationLapsesAt: inHours(claimHours) } : null;
    await transaction.roundItem.update({
      where: { id: item.id },
      data: { settled, gold, ...(holder ?? { adjudicatorId: null, adjudicationLapsesAt: null }) },
    });
    await tallyDecision(transaction, {
      roundId,
      personId: actor.personId,
      itemId: item.itemId,
      stratumId: item.stratumId,
      decided: 0,
      highlighted: 0,
      ownDecided: 0,
      activeMs: 0,
      gold: { before: goldStateOf(item.decided, item.gold), after: goldStateOf(item.decided, gold) },
      pattern: { before: null, after: null },
    });
    return kept(input);
  });
}

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);

/** The item stays ours until the transaction ends. */
async function lockItem(
  transaction: Database,
  roundId: string,
  itemId: string,
  personId: string,
): Promise<Item | undefined> {
  const [item] = await transaction.$queryRaw<Item[]>`
    select "id", "itemId", "stratumId", "decided", "agreed", "settled", "gold", "contested",
      coalesce("adjudicatorId" = ${personId}::uuid, false) as "held"
    from "RoundItem" where "id" = ${itemId}::uuid and "roundId" = ${roundId}::uuid
    for update`;
  return item;
}

/** Read after the lock, so that nothing of another transaction is missed. */
async function readKnown(transaction: Database, personId: string, input: AdjudicationInput): Promise<Known> {
  const [known] = await transaction.$queryRaw<Known[]>`
    select
      (select "roundItemId" from "Adjudication"
        where "personId" = ${personId}::uuid and "idempotencyKey" = ${input.idempotencyKey}) as "keyUsedOn",
      exists (select 1 from "Claim" where "roundItemId" = ${input.itemId}::uuid and "personId" = ${personId}::uuid)
        as "ownItem",
      (select coalesce(json_agg(json_build_object('id', one."id", 'personId', one."personId", 'label', one."label",
          'surplus', one."surplus")), '[]')
        from "Adjudication" one
        where one."roundItemId" = ${input.itemId}::uuid
          and not exists (select 1 from "Adjudication" later where later."correctsId" = one."id")) as "current"`;
  return known ?? { keyUsedOn: null, ownItem: false, current: [] };
}
