import { enqueue } from "@/lib/jobs/enqueue";
import { inTransaction } from "@/lib/platform/database/client";
import type { LabellingState } from "@/lib/platform/database/generated/enums";
import type { StudyActor } from "@/lib/studies/actor";
import { changeWorkBudget, type EndpointWork, moveWork, type WorkMove } from "./change-endpoint-work";
import { labellingSpent } from "./spending";
import { labellingTick } from "./tick-labelling";

const labelling: EndpointWork<LabellingState> = {
  name: "labelling",
  subject: "labelling-run",
  wrongState: "labelling_state",
  moves: {
    pause: { from: ["queued", "running"], to: "paused" },
    resume: { from: ["paused", "failed"], to: "queued" },
    cancel: { from: ["queued", "running", "paused", "failed"], to: "cancelled" },
  },
  update: (transaction, where, from, data) =>
    transaction.labellingRun.updateMany({ where: { ...where, state: { in: [...from] } }, data }),
  find: async (transaction, where) => {
    const run = await transaction.labellingRun.findFirst({ where });
    return run && labellingSpent(run);
  },
  enqueueTick: (transaction, id) =>
    enqueue(transaction, labellingTick, { labellingRunId: id }, { key: `labelling:${id}` }),
};

/** Labels that are there stay. Throws `labelling_state`, `budget_reached` and `usage_unknown` as `moveWork`. */
export function changeLabelling(actor: StudyActor, labellingRunId: string, move: WorkMove): Promise<void> {
  return inTransaction((transaction) => moveWork(labelling, transaction, actor, labellingRunId, move));
}

/** Null: as many tokens as it takes. Throws `labelling_state` as `changeWorkBudget`. */
export function changeLabellingBudget(
  actor: StudyActor,
  labellingRunId: string,
  tokenBudget: number | null,
): Promise<void> {
  return inTransaction((transaction) => changeWorkBudget(labelling, transaction, actor, labellingRunId, tokenBudget));
}
