import { randomUUID } from "node:crypto";
import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { claimItems } from "../claim-items";
import type { DecisionInput, DecisionLabel } from "../schema";
import { submitDecisions } from "../submit-decisions";

export function claim(actor: StudyActor, roundId: string, count = 1, holding: string[] = []) {
  return claimItems(actor, roundId, { personId: actor.personId, count, holding });
}

export function decisionOn(
  itemId: string,
  label: DecisionLabel | null,
  more: Partial<DecisionInput> = {},
): DecisionInput {
  const decidedAt = new Date().toISOString();
  return {
    idempotencyKey: randomUUID(),
    itemId,
    label,
    flags: [],
    note: "",
    activeMs: 4000,
    highlighted: false,
    decidedAt,
    ...more,
  };
}

export function submit(actor: StudyActor, roundId: string, ...decisions: DecisionInput[]) {
  return submitDecisions(actor, roundId, { personId: actor.personId, decisions });
}

export const decide = (
  actor: StudyActor,
  roundId: string,
  itemId: string,
  label: DecisionLabel | null,
  more: Partial<DecisionInput> = {},
) => submit(actor, roundId, decisionOn(itemId, label, more));

/** Claims and decides, several at a time, until nothing is left for this person; answers how many. */
export async function workThrough(
  actor: StudyActor,
  roundId: string,
  labelOf: (itemId: string) => DecisionLabel = () => "medical",
): Promise<number> {
  for (let done = 0; ; ) {
    const { items } = await claim(actor, roundId, 8);
    if (items.length === 0) return done;
    await submit(actor, roundId, ...items.map((item) => decisionOn(item.id, labelOf(item.id))));
    done += items.length;
  }
}

/** As if two hours had gone by for those who hold a document. */
export async function letClaimsExpire(roundId: string, personId?: string): Promise<void> {
  await database().claim.updateMany({
    where: { roundId, personId, state: "open" },
    data: { lapsesAt: new Date(Date.now() - 1000) },
  });
}
