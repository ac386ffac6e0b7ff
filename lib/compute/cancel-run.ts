import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { enqueueTick } from "./tick-run";

/** Asks a run to end; a second wish changes nothing. Throws `run_over` for one that has ended. */
export async function cancelRun(actor: StudyActor, runId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const asked = await transaction.run.updateMany({
      where: { id: runId, studyId: actor.studyId, state: { in: ["queued", "running"] }, cancelRequestedAt: null },
      data: { cancelRequestedAt: new Date() },
    });
    if (asked.count === 1) {
      await recordAudit(transaction, actor, { action: "runs.cancel", subject: "run", subjectId: runId });
      await enqueueTick(transaction, runId);
      return;
    }
    const run = await transaction.run.findFirst({
      where: { id: runId, studyId: actor.studyId },
      select: { state: true },
    });
    if (!run) throw notFound();
    if (run.state !== "queued" && run.state !== "running") throw conflict("run_over");
  });
}
