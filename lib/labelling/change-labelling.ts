import { recordAudit } from "@/lib/audit/record";
import { enqueue } from "@/lib/jobs/enqueue";
import { inTransaction } from "@/lib/platform/database/client";
import type { LabellingState } from "@/lib/platform/database/generated/enums";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labellingTick } from "./tick-labelling";

const moves = {
  pause: { from: ["queued", "running"], to: "paused" },
  resume: { from: ["paused", "failed"], to: "queued" },
  cancel: { from: ["queued", "running", "paused", "failed"], to: "cancelled" },
} as const satisfies Record<string, { from: LabellingState[]; to: LabellingState }>;

export type LabellingMove = keyof typeof moves;

/** Labels that are there stay. Throws `labelling_state` where the run is in no state for that. */
export async function changeLabelling(actor: StudyActor, labellingRunId: string, move: LabellingMove): Promise<void> {
  const { from, to } = moves[move];
  await inTransaction(async (transaction) => {
    const where = { id: labellingRunId, studyId: actor.studyId };
    const { count } = await transaction.labellingRun.updateMany({
      where: { ...where, state: { in: [...from] } },
      data: {
        state: to,
        failureCode: null,
        failureDetail: null,
        finishedAt: to === "cancelled" ? new Date() : null,
      },
    });
    if (count === 0) {
      const run = await transaction.labellingRun.findFirst({ where });
      if (!run) throw notFound();
      throw conflict("labelling_state", { state: run.state });
    }
    await recordAudit(transaction, actor, {
      action: `labelling.${move}`,
      subject: "labelling-run",
      subjectId: labellingRunId,
    });
    if (to === "queued") {
      await enqueue(transaction, labellingTick, { labellingRunId }, { key: `labelling:${labellingRunId}` });
    }
  });
}
