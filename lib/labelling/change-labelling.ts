import { recordAudit } from "@/lib/audit/record";
import { enqueue } from "@/lib/jobs/enqueue";
import { type Database, inTransaction } from "@/lib/platform/database/client";
import type { LabellingState } from "@/lib/platform/database/generated/enums";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labellingSpent, roomFor } from "./spending";
import { labellingTick } from "./tick-labelling";

const moves = {
  pause: { from: ["queued", "running"], to: "paused" },
  resume: { from: ["paused", "failed"], to: "queued" },
  cancel: { from: ["queued", "running", "paused", "failed"], to: "cancelled" },
} as const satisfies Record<string, { from: LabellingState[]; to: LabellingState }>;

export type LabellingMove = keyof typeof moves;

/**
 * Labels that are there stay. Throws `labelling_state` where the run is in no state for that, `budget_reached` and
 * `usage_unknown` where it can't go on with its budget.
 */
export function changeLabelling(actor: StudyActor, labellingRunId: string, move: LabellingMove): Promise<void> {
  return inTransaction((transaction) => moveLabelling(transaction, actor, labellingRunId, move));
}

/** As `changeLabelling`, within a change of more than the state. */
export async function moveLabelling(
  transaction: Database,
  actor: StudyActor,
  labellingRunId: string,
  move: LabellingMove,
): Promise<void> {
  const { from, to } = moves[move];
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
  const run = await transaction.labellingRun.findFirst({ where });
  if (!run) throw notFound();
  if (count === 0) throw conflict("labelling_state", { state: run.state });
  await recordAudit(transaction, actor, {
    action: `labelling.${move}`,
    subject: "labelling-run",
    subjectId: labellingRunId,
  });
  if (to !== "queued") return;
  const room = roomFor(labellingSpent(run));
  if (typeof room === "string") throw conflict(room);
  await enqueue(transaction, labellingTick, { labellingRunId }, { key: `labelling:${labellingRunId}` });
}
