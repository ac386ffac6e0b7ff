import { recordAudit } from "@/lib/audit/record";
import { isAboutBudget } from "@/lib/labelling/rules";
import { roomFor } from "@/lib/labelling/spending";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { moveGeneration } from "./change-generation";

/**
 * How many tokens the answering may spend, also while it is under way. One that was paused for its budget goes on where the new
 * one has room. Throws `generation_state` where nothing more will be asked.
 */
export async function changeGenerationBudget(
  actor: StudyActor,
  generationId: string,
  tokenBudget: number | null,
): Promise<void> {
  await inTransaction(async (transaction) => {
    const where = { id: generationId, studyId: actor.studyId };
    const { count } = await transaction.endpointGeneration.updateMany({
      where: { ...where, state: { in: ["queued", "running", "paused"] } },
      data: { tokenBudget },
    });
    const generation = await transaction.endpointGeneration.findFirst({ where });
    if (!generation) throw notFound();
    if (count === 0) throw conflict("generation_state", { state: generation.state });
    await recordAudit(transaction, actor, {
      action: "generations.change-budget",
      subject: "endpoint-generation",
      subjectId: generationId,
      detail: { tokenBudget },
    });
    const hasRoom = typeof roomFor(generation) === "number";
    if (generation.state === "paused" && isAboutBudget(generation.failureCode) && hasRoom) {
      await moveGeneration(transaction, actor, generationId, "resume");
    }
  });
}
