import { startOptionsOf } from "@/lib/compute/rules";
import { startRun } from "@/lib/compute/start-run";
import { visibleTo } from "@/lib/models/checkpoints";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { StartGeneration } from "./schema";

/** Has a checkpoint answer a prompt set; the answers are analysed by a run of their own afterwards. */
export function startGeneration(actor: StudyActor, input: StartGeneration): Promise<{ id: string }> {
  return inTransaction(async (transaction) => {
    const [checkpoint, prompts] = await Promise.all([
      transaction.checkpoint.findFirst({
        where: { ...visibleTo(actor.studyId), id: input.checkpointId, kind: { not: "encoder" } },
      }),
      transaction.promptSet.findFirst({ where: { id: input.promptSetId, studyId: actor.studyId } }),
    ]);
    if (!checkpoint || !prompts) throw notFound();
    return startRun(transaction, actor, {
      kind: "generate",
      name: `${checkpoint.name} · ${prompts.name}`,
      seed: input.seed,
      ...startOptionsOf(input),
      inputs: {
        model: { address: checkpoint.address, digest: checkpoint.digest },
        prompts: { address: prompts.address, digest: prompts.digest },
      },
      parameters: input.parameters,
      edges: [
        { kind: "checkpoint", targetId: checkpoint.id, role: "model" },
        { kind: "prompt-set", targetId: prompts.id, role: "prompts" },
      ],
    });
  });
}
