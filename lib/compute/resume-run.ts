import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { timing } from "./lifecycle/timing";
import { enqueueTick } from "./tick-run";

/**
 * Takes up a run that failed or was cancelled: its next attempt continues from the newest checkpoint, or begins anew where
 * there is none. Twice at once is one further attempt. Throws `run_not_resumable` for one that lives or has succeeded,
 * `backend_unknown` where its backend is retired.
 */
export async function resumeRun(actor: StudyActor, runId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const where = { id: runId, studyId: actor.studyId };
    const run = await transaction.run.findFirst({
      where,
      select: { currentAttempt: true, failureCode: true, backend: { select: { archivedAt: true } } },
    });
    if (!run) throw notFound();
    if (run.backend.archivedAt) throw unprocessable("backend_unknown");
    const { count } = await transaction.run.updateMany({
      where: { ...where, state: { in: ["failed", "cancelled"] }, currentAttempt: run.currentAttempt },
      data: {
        state: "queued",
        cancelRequestedAt: null,
        failureCode: null,
        failureDetail: null,
        finishedAt: null,
        nextAttemptAt: null,
        maxAttempts: run.currentAttempt + timing.attemptsInVain,
      },
    });
    if (count === 0) throw conflict("run_not_resumable");
    await recordAudit(transaction, actor, {
      action: "runs.resume",
      subject: "run",
      subjectId: runId,
      detail: { attempt: run.currentAttempt + 1, failure: run.failureCode },
    });
    await enqueueTick(transaction, runId);
  });
}
