import { database, inTransaction } from "@/lib/platform/database/client";
import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { enterRound, requireOpen } from "../enter-round";
import { shareRoundAs } from "../round-lock";
import type { DecisionLabel } from "../schema";
import { ownTrainingItems, readProgressOfTraining } from "./own-training";
import type { AnswerTrainingInput, OwnTraining, TrainingFeedback, TrainingLabel } from "./schema";

/** Throws 404, 403 `not_in_round`, 409 `round_not_open` or `round_closed`. */
export async function readOwnTraining(actor: StudyActor, roundId: string): Promise<OwnTraining> {
  requireOpen(await enterRound(database(), actor, roundId, actor.personId));
  return readProgressOfTraining(database(), roundId, actor.personId);
}

/**
 * Keeps a person's answer to a training document and tells what is right. Their first answer is the one that stays, so
 * that sending again after a lost reply changes nothing. Throws 409 `training_changed` for one that is not theirs (any
 * more), and what `enterRound` and `requireOpen` throw.
 */
export function answerTraining(
  actor: StudyActor,
  roundId: string,
  input: AnswerTrainingInput,
): Promise<TrainingFeedback> {
  return inTransaction(async (transaction) => {
    await shareRoundAs(transaction, roundId, actor.personId);
    requireOpen(await enterRound(transaction, actor, roundId, input.personId));
    const [item] = await transaction.$queryRaw<{ label: TrainingLabel; explanation: string }[]>`
      select training."label", training."explanation"
      from "Round" round
      join "RoundMember" member on member."roundId" = round."id" and member."personId" = ${actor.personId}::uuid
      cross join lateral (
        select training.* from ${ownTrainingItems} and training."id" = ${input.itemId}::uuid
      ) training
      where round."id" = ${roundId}::uuid`;
    if (!item) throw conflict("training_changed");
    await transaction.$executeRaw`
      update "RoundMember" member set "trainingVersion" = round."trainingVersion"
      from "Round" round
      where round."id" = member."roundId" and member."roundId" = ${roundId}::uuid
        and member."personId" = ${actor.personId}::uuid and member."trainingVersion" is null`;
    const [answer] = await transaction.$queryRaw<{ label: DecisionLabel }[]>`
      with answered as (
        insert into "TrainingAnswer" ("trainingItemId", "personId", "label")
        values (${input.itemId}::uuid, ${actor.personId}::uuid, ${input.label}::"DecisionLabel")
        on conflict ("trainingItemId", "personId") do nothing
        returning "label"
      )
      select "label" from answered
      union all
      select "label" from "TrainingAnswer"
      where "trainingItemId" = ${input.itemId}::uuid and "personId" = ${actor.personId}::uuid`;
    return {
      label: answer?.label ?? input.label,
      right: item.label,
      explanation: item.explanation,
      next: await readProgressOfTraining(transaction, roundId, actor.personId),
    };
  });
}
