import type { Statements } from "@/lib/platform/database/statements";
import { conflict, notFound, Problem } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { RoundState } from "./schema";
import { ownTrainingItems } from "./training/own-training";

export type OwnRound = {
  id: string;
  state: RoundState;
  items: number;
  wanted: number;
  decided: number;
  quota: number | null;
  /** by the stop rule: no more documents are handed out */
  stoppedAt: Date | null;
  repeatShare: number;
  ownDecided: number;
  ownRepeated: number;
  ownActiveMs: number;
  queueFrom: number;
  /** training documents come first, and some are left */
  training: boolean;
};

/**
 * The round as one of its members works on it. Throws 404 where the study has no such round, 403 `not_in_round` for
 * those who do not take part, 409 `other_person_signed_in` where the browser works for someone else.
 */
export async function enterRound(
  transaction: Statements,
  actor: StudyActor,
  roundId: string,
  personId: string,
): Promise<OwnRound> {
  if (personId !== actor.personId) throw conflict("other_person_signed_in");
  // One statement by hand: every claim and every batch of decisions comes this way.
  const [round] = await transaction.$queryRaw<(OwnRound & { member: boolean })[]>`
    select round."id", round."state", round."items", round."wanted", round."decided",
      round."quota", round."stoppedAt", round."repeatShare",
      member."personId" is not null as "member", member."decided" as "ownDecided", member."repeated" as "ownRepeated",
      member."activeMs"::float8 as "ownActiveMs", member."queueFrom",
      round."trainingVersion" > 0 and exists (select 1 from ${ownTrainingItems}
        and not exists (select 1 from "TrainingAnswer" answer
          where answer."trainingItemId" = training."id" and answer."personId" = ${actor.personId}::uuid)) as "training"
    from "Round" round
    left join "RoundMember" member on member."roundId" = round."id" and member."personId" = ${actor.personId}::uuid
    where round."id" = ${roundId}::uuid and round."studyId" = ${actor.studyId}::uuid`;
  if (!round) throw notFound();
  if (!round.member) throw new Problem(403, "not_in_round");
  return round;
}

/** Throws 409 `round_not_open` or `round_closed`. */
export function requireOpen(round: Pick<OwnRound, "state">): void {
  if (round.state === "draft") throw conflict("round_not_open");
  if (round.state === "closed") throw conflict("round_closed");
}
