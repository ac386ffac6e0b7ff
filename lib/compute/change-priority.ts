import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { isLive, lockRun } from "./lock-run";
import type { RunPriorityName } from "./schema";

/** Moves a run in the queue of its backend. Throws `run_not_waiting` for one that is at work already, or over. */
export async function changePriority(actor: StudyActor, runId: string, priority: RunPriorityName): Promise<void> {
  await inTransaction(async (transaction) => {
    const run = await transaction.run.findFirst({
      where: { id: runId, studyId: actor.studyId },
      select: { priority: true },
    });
    const locked = run && (await lockRun(transaction, runId));
    if (!run || !locked) throw notFound();
    const handedOver = await transaction.attempt.count({
      where: { runId, number: locked.currentAttempt, state: { in: ["submitting", "pending", "running", "stopping"] } },
    });
    if (!isLive(locked) || handedOver > 0) throw conflict("run_not_waiting");
    if (run.priority === priority) return;
    await transaction.run.update({ where: { id: runId }, data: { priority } });
    await recordAudit(transaction, actor, {
      action: "runs.priority",
      subject: "run",
      subjectId: runId,
      detail: { from: run.priority, to: priority },
    });
  });
}
