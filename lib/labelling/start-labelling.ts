import { recordAudit } from "@/lib/audit/record";
import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import { enqueue } from "@/lib/jobs/enqueue";
import { inTransaction, Prisma } from "@/lib/platform/database/client";
import { lockOf, takeLocks } from "@/lib/platform/database/locks";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { LabellingParameters } from "./schema";
import { labellingTick } from "./tick-labelling";

/** Has an LLM label a drawn sample. A start whose key is known already is answered with what it made. */
export function startLabelling(
  actor: StudyActor,
  input: {
    drawId: string;
    endpointId: string;
    promptId: string;
    startKey?: string;
    tokenBudget: number | null;
    parameters: LabellingParameters;
  },
): Promise<{ id: string }> {
  const { studyId } = actor;
  return inTransaction(async (transaction) => {
    if (input.startKey) {
      await takeLocks(transaction, lockOf(`start-labelling:${studyId}:${input.startKey}`));
      const where = { studyId, startKey: input.startKey };
      const started = await transaction.labellingRun.findFirst({ where, select: { id: true } });
      if (started) return started;
    }
    const [draw, endpoint, prompt] = await Promise.all([
      transaction.draw.findFirst({ where: { id: input.drawId, ...usableDraw(studyId) } }),
      transaction.llmEndpoint.findFirst({ where: { id: input.endpointId, archivedAt: null } }),
      transaction.labellingPrompt.findFirst({ where: { id: input.promptId, studyId } }),
    ]);
    if (!draw || !prompt) throw notFound();
    if (!endpoint) throw unprocessable("endpoint_archived");
    const run = await transaction.labellingRun.create({
      data: {
        studyId,
        drawId: draw.id,
        endpointId: endpoint.id,
        promptId: prompt.id,
        model: endpoint.model,
        parameters: input.parameters,
        total: draw.size,
        tokenBudget: input.tokenBudget,
        price: endpoint.price ?? Prisma.DbNull,
        startKey: input.startKey,
        createdById: actor.personId,
      },
    });
    await recordAudit(transaction, actor, {
      action: "labelling.start",
      subject: "labelling-run",
      subjectId: run.id,
      detail: {
        model: endpoint.model,
        prompt: `${prompt.language} ${prompt.version}`,
        items: draw.size,
        tokenBudget: input.tokenBudget,
      },
    });
    await enqueue(transaction, labellingTick, { labellingRunId: run.id }, { key: `labelling:${run.id}` });
    return { id: run.id };
  });
}
