import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { moveLabelling } from "./change-labelling";
import { isAboutBudget } from "./rules";
import { labellingSpent, roomFor } from "./spending";

/**
 * How many tokens the run may spend, also while it is under way. One that was paused for its budget goes on where the new
 * one has room. Throws `labelling_state` where nothing more will be asked.
 */
export async function changeLabellingBudget(
  actor: StudyActor,
  labellingRunId: string,
  tokenBudget: number | null,
): Promise<void> {
  await inTransaction(async (transaction) => {
    const where = { id: labellingRunId, studyId: actor.studyId };
    const { count } = await transaction.labellingRun.updateMany({
      where: { ...where, state: { in: ["queued", "running", "paused", "failed"] } },
      data: { tokenBudget },
    });
    const run = await transaction.labellingRun.findFirst({ where });
    if (!run) throw notFound();
    if (count === 0) throw conflict("labelling_state", { state: run.state });
    await recordAudit(transaction, actor, {
      action: "labelling.change-budget",
      subject: "labelling-run",
      subjectId: labellingRunId,
      detail: { tokenBudget },
    });
    const hasRoom = typeof roomFor(labellingSpent(run)) === "number";
    if (run.state === "paused" && isAboutBudget(run.failureCode) && hasRoom) {
      await moveLabelling(transaction, actor, labellingRunId, "resume");
    }
  });
}
