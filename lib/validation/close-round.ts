import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { readRound } from "./read-round";
import { takeRound } from "./round-lock";
import type { RoundDetail } from "./schema";

/** Ends the work: open claims are released, later decisions no longer count, and the salt of the assignment is published. */
export async function closeRound(actor: StudyActor, roundId: string): Promise<RoundDetail> {
  await inTransaction(async (transaction) => {
    await takeRound(transaction, roundId);
    const moved = await transaction.round.updateMany({
      where: { id: roundId, studyId: actor.studyId, state: "open" },
      data: { state: "closed", closedAt: new Date() },
    });
    if (moved.count === 0) {
      const round = await transaction.round.findFirst({ where: { id: roundId, studyId: actor.studyId } });
      if (!round) throw notFound();
      throw conflict(round.state === "draft" ? "round_not_open" : "round_closed");
    }
    await transaction.claim.updateMany({ where: { roundId, state: "open" }, data: { state: "released" } });
    await transaction.roundItem.updateMany({ where: { roundId, claimed: { gt: 0 } }, data: { claimed: 0 } });
    const { decided, wanted } = await transaction.round.findUniqueOrThrow({ where: { id: roundId } });
    await recordAudit(transaction, actor, {
      action: "rounds.close",
      subject: "round",
      subjectId: roundId,
      detail: { decided, wanted },
    });
  });
  return readRound(actor, roundId);
}
