import { enqueue } from "@/lib/jobs/enqueue";
import { changeWorkBudget, type EndpointWork, moveWork } from "@/lib/labelling/change-endpoint-work";
import { inTransaction } from "@/lib/platform/database/client";
import type { EndpointGenerationState } from "@/lib/platform/database/generated/enums";
import type { StudyActor } from "@/lib/studies/actor";
import type { GenerationMove } from "./schema";
import { generationTick } from "./tick-generation";

const generation: EndpointWork<EndpointGenerationState> = {
  name: "generations",
  subject: "endpoint-generation",
  wrongState: "generation_state",
  moves: {
    pause: { from: ["queued", "running"], to: "paused" },
    resume: { from: ["paused"], to: "queued" },
    cancel: { from: ["queued", "running", "paused"], to: "cancelled" },
  },
  update: (transaction, where, from, data) =>
    transaction.endpointGeneration.updateMany({ where: { ...where, state: { in: [...from] } }, data }),
  find: (transaction, where) => transaction.endpointGeneration.findFirst({ where }),
  enqueueTick: (transaction, id) =>
    enqueue(transaction, generationTick, { generationId: id }, { key: `generation:${id}` }),
};

/** Answers that are there stay. Throws `generation_state`, `budget_reached` and `usage_unknown` as `moveWork`. */
export function changeGeneration(actor: StudyActor, generationId: string, move: GenerationMove): Promise<void> {
  return inTransaction((transaction) => moveWork(generation, transaction, actor, generationId, move));
}

/** Null: as many tokens as it takes. Throws `generation_state` as `changeWorkBudget`. */
export function changeGenerationBudget(
  actor: StudyActor,
  generationId: string,
  tokenBudget: number | null,
): Promise<void> {
  return inTransaction((transaction) => changeWorkBudget(generation, transaction, actor, generationId, tokenBudget));
}
