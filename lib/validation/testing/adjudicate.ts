import { randomUUID } from "node:crypto";
import type { StudyActor } from "@/lib/studies/actor";
import { claimContested } from "../adjudication/claim-contested";
import { submitAdjudications } from "../adjudication/keep-adjudication";
import type { AdjudicationInput } from "../adjudication/schema";
import type { DecisionLabel, DecisionResult } from "../schema";

export const claimDisputed = (actor: StudyActor, roundId: string, count = 1, holding: string[] = []) =>
  claimContested(actor, roundId, { personId: actor.personId, count, holding });

/** Settles one document, or takes that back; answers what became of it. */
export async function adjudicate(
  actor: StudyActor,
  roundId: string,
  itemId: string,
  label: DecisionLabel | null,
  more: Partial<AdjudicationInput> = {},
): Promise<DecisionResult | undefined> {
  const decidedAt = new Date().toISOString();
  const adjudication = {
    idempotencyKey: randomUUID(),
    itemId,
    label,
    note: "",
    activeMs: 4000,
    highlighted: false,
    decidedAt,
    ...more,
  };
  const { results } = await submitAdjudications(actor, roundId, {
    personId: actor.personId,
    adjudications: [adjudication],
  });
  return results[0];
}
