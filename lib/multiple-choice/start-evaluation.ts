import { startOptionsOf } from "@/lib/compute/rules";
import { startRun } from "@/lib/compute/start-run";
import { visibleTo } from "@/lib/models/checkpoints";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { StartEvaluation } from "./schema";

export function startEvaluation(actor: StudyActor, input: StartEvaluation): Promise<{ id: string }> {
  return inTransaction(async (transaction) => {
    const [checkpoint, questions] = await Promise.all([
      transaction.checkpoint.findFirst({
        where: { ...visibleTo(actor.studyId), id: input.checkpointId, kind: { not: "encoder" } },
      }),
      transaction.questionSet.findFirst({ where: { id: input.questionSetId, studyId: actor.studyId } }),
    ]);
    if (!checkpoint || !questions) throw notFound();
    return startRun(transaction, actor, {
      kind: "evaluate",
      name: `${checkpoint.name} · ${questions.name}`,
      ...startOptionsOf(input),
      inputs: {
        model: { address: checkpoint.address, digest: checkpoint.digest },
        questions: { address: questions.address, digest: questions.digest },
      },
      parameters: input.parameters,
      edges: [
        { kind: "checkpoint", targetId: checkpoint.id, role: "model" },
        { kind: "question-set", targetId: questions.id, role: "questions" },
      ],
    });
  });
}
