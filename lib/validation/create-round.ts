import { randomInt } from "node:crypto";
import { recordAudit } from "@/lib/audit/record";
import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { checkContinued } from "./carry-decisions";
import { checkRoundMembers } from "./check-round-members";
import { checkStopLabelling, limitColumns } from "./limits";
import { readRound } from "./read-round";
import type { CreateRoundInput, RoundDetail } from "./schema";

/** A draft over a draw whose sample is ready. Its queue is made when it opens. */
export async function createRound(actor: StudyActor, input: CreateRoundInput): Promise<RoundDetail> {
  const id = await inTransaction(async (transaction) => {
    const { memberIds, drawId, seed, deadline, stopRule, ...rest } = input;
    const draw = await transaction.draw.findFirst({
      where: { id: drawId, ...usableDraw(actor.studyId) },
      select: { id: true },
    });
    if (!draw) throw notFound();
    await checkRoundMembers(transaction, actor.studyId, memberIds);
    await checkStopLabelling(transaction, drawId, stopRule);
    await checkContinued(transaction, actor.studyId, drawId, rest.continuesRoundId);
    const round = await transaction.round.create({
      data: {
        ...rest,
        ...limitColumns({ deadline, stopRule }),
        drawId,
        seed: seed ?? randomInt(2 ** 31),
        studyId: actor.studyId,
        createdById: actor.personId,
        members: { create: memberIds.map((personId) => ({ personId })) },
      },
    });
    await recordAudit(transaction, actor, {
      action: "rounds.create",
      subject: "round",
      subjectId: round.id,
      detail: {
        name: round.name,
        drawId,
        members: memberIds,
        doubleShare: round.doubleShare,
        stopRule,
        continuesRoundId: round.continuesRoundId,
      },
    });
    return round.id;
  });
  return readRound(actor, id);
}
