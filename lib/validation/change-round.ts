import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { checkContinued } from "./carry-decisions";
import { checkRoundMembers } from "./check-round-members";
import { checkStopLabelling, limitColumns } from "./limits";
import { readRound } from "./read-round";
import { takeRound } from "./round-lock";
import type { ChangeRoundInput, RoundDetail } from "./schema";

/**
 * A draft can change in everything. Once people decide, all of them need the same instructions, and what somebody has
 * decided stays: an open round only gains members and changes its limits (else 409 `round_already_open`), a closed one
 * changes no more. Whose F1 a stop rule is about stays too, since choosing it with the decisions in view would be choosing
 * the result (409 `stop_rule_of_other_labels`).
 */
export async function changeRound(actor: StudyActor, roundId: string, input: ChangeRoundInput): Promise<RoundDetail> {
  await inTransaction(async (transaction) => {
    await takeRound(transaction, roundId);
    const round = await transaction.round.findFirst({
      where: { id: roundId, studyId: actor.studyId },
      include: { members: { select: { personId: true } } },
    });
    if (!round) throw notFound();
    if (round.state === "closed") throw conflict("round_closed");
    const { memberIds, quota, deadline, stopRule, ...rest } = input;
    const present = round.members.map((member) => member.personId);
    const wanted = memberIds ?? present;
    const gone = present.filter((id) => !wanted.includes(id));
    const added = wanted.filter((id) => !present.includes(id));
    if (round.state === "open" && (gone.length > 0 || Object.values(rest).some((value) => value !== undefined))) {
      throw conflict("round_already_open");
    }
    const before = round.stopLabellingRunId;
    if (round.state === "open" && stopRule && before !== null && before !== stopRule.labellingRunId) {
      throw conflict("stop_rule_of_other_labels");
    }
    await checkRoundMembers(transaction, actor.studyId, added);
    await checkStopLabelling(transaction, round.drawId, stopRule);
    await checkContinued(transaction, actor.studyId, round.drawId, rest.continuesRoundId);
    await transaction.roundMember.deleteMany({ where: { roundId, personId: { in: gone } } });
    await transaction.roundMember.createMany({ data: added.map((personId) => ({ roundId, personId })) });
    await transaction.round.update({
      where: { id: roundId },
      data: { ...rest, quota, ...limitColumns({ deadline, stopRule }) },
    });
    await recordAudit(transaction, actor, {
      action: "rounds.change",
      subject: "round",
      subjectId: roundId,
      detail: { fields: Object.keys(input), added, removed: gone, quota, deadline, stopRule },
    });
  });
  return readRound(actor, roundId);
}
