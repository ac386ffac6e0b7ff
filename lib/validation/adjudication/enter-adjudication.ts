import type { Database } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { RoundState } from "../schema";

export type ContestedRound = { id: string; name: string; state: Exclude<RoundState, "draft"> };

/**
 * The round as its adjudicator works on it, open or closed. Throws 404 where the study has no such round, 409
 * `round_not_open` for a draft, and 409 `other_person_signed_in` where the browser works for someone else.
 */
export async function enterAdjudication(
  transaction: Database,
  actor: StudyActor,
  roundId: string,
  personId: string,
): Promise<ContestedRound> {
  if (personId !== actor.personId) throw conflict("other_person_signed_in");
  const round = await transaction.round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    select: { id: true, name: true, state: true },
  });
  if (!round) throw notFound();
  const { state } = round;
  if (state === "draft") throw conflict("round_not_open");
  return { ...round, state };
}
