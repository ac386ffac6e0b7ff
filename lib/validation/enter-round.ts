import type { Database } from "@/lib/platform/database/client";
import { conflict, notFound, Problem } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { RoundState } from "./schema";

export type OwnRound = {
  id: string;
  state: RoundState;
  items: number;
  wanted: number;
  decided: number;
  ownDecided: number;
  ownActiveMs: number;
  queueFrom: number;
};

/**
 * The round as one of its members works on it. Throws 404 where the study has no such round, 403 `not_in_round` for
 * those who do not take part, 409 `other_person_signed_in` where the browser works for someone else.
 */
export async function enterRound(
  transaction: Database,
  actor: StudyActor,
  roundId: string,
  personId: string,
): Promise<OwnRound> {
  if (personId !== actor.personId) throw conflict("other_person_signed_in");
  const round = await transaction.round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    include: { members: { where: { personId: actor.personId } } },
  });
  if (!round) throw notFound();
  const [member] = round.members;
  if (!member) throw new Problem(403, "not_in_round");
  return {
    id: round.id,
    state: round.state,
    items: round.items,
    wanted: round.wanted,
    decided: round.decided,
    ownDecided: member.decided,
    ownActiveMs: Number(member.activeMs),
    queueFrom: member.queueFrom,
  };
}

/** Throws 409 `round_not_open` or `round_closed`. */
export function requireOpen(round: Pick<OwnRound, "state">): void {
  if (round.state === "draft") throw conflict("round_not_open");
  if (round.state === "closed") throw conflict("round_closed");
}
