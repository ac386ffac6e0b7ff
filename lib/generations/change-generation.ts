import { recordAudit } from "@/lib/audit/record";
import { enqueue } from "@/lib/jobs/enqueue";
import { roomFor } from "@/lib/labelling/spending";
import { type Database, inTransaction } from "@/lib/platform/database/client";
import type { EndpointGenerationState } from "@/lib/platform/database/generated/enums";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { GenerationMove } from "./schema";
import { generationTick } from "./tick-generation";

const moves = {
  pause: { from: ["queued", "running"], to: "paused" },
  resume: { from: ["paused"], to: "queued" },
  cancel: { from: ["queued", "running", "paused"], to: "cancelled" },
} as const satisfies Record<GenerationMove, { from: EndpointGenerationState[]; to: EndpointGenerationState }>;

/**
 * Answers that are there stay. Throws `generation_state` where it is in no state for that, `budget_reached` and
 * `usage_unknown` where it can't go on with its budget.
 */
export function changeGeneration(actor: StudyActor, generationId: string, move: GenerationMove): Promise<void> {
  return inTransaction((transaction) => moveGeneration(transaction, actor, generationId, move));
}

/** As `changeGeneration`, within a change of more than the state. */
export async function moveGeneration(
  transaction: Database,
  actor: StudyActor,
  generationId: string,
  move: GenerationMove,
): Promise<void> {
  const { from, to } = moves[move];
  const where = { id: generationId, studyId: actor.studyId };
  const { count } = await transaction.endpointGeneration.updateMany({
    where: { ...where, state: { in: [...from] } },
    data: {
      state: to,
      failureCode: null,
      failureDetail: null,
      finishedAt: to === "cancelled" ? new Date() : null,
    },
  });
  const generation = await transaction.endpointGeneration.findFirst({ where });
  if (!generation) throw notFound();
  if (count === 0) throw conflict("generation_state", { state: generation.state });
  await recordAudit(transaction, actor, {
    action: `generations.${move}`,
    subject: "endpoint-generation",
    subjectId: generationId,
  });
  if (to !== "queued") return;
  const room = roomFor(generation);
  if (typeof room === "string") throw conflict(room);
  await enqueue(transaction, generationTick, { generationId }, { key: `generation:${generationId}` });
}
