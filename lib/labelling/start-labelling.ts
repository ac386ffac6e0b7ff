import { recordAudit } from "@/lib/audit/record";
import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import { enqueue } from "@/lib/jobs/enqueue";
import { inTransaction, Prisma } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { LabellingParameters } from "./schema";
import { labellingTick } from "./tick-labelling";

export function startLabelling(
  actor: StudyActor,
  input: {
    drawId: string;
    endpointId: string;
    promptId: string;
    tokenBudget: number | null;
    parameters: LabellingParameters;
  },
): Promise<{ id: string }> {
  const { studyId } = actor;
  return inTransaction(async (transaction) => {
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
