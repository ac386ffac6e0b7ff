import { recordAudit } from "@/lib/audit/record";
import { enqueue } from "@/lib/jobs/enqueue";
import { inTransaction, Prisma } from "@/lib/platform/database/client";
import { lockOf, takeLocks } from "@/lib/platform/database/locks";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { StartEndpointGeneration } from "./schema";
import { requireAnalysisBackend } from "./start-analysis";
import { generationTick } from "./tick-generation";

/**
 * Has a model behind an endpoint answer a prompt set. A start whose key is known already is answered with what it made.
 * Throws 404, 422 `endpoint_archived`, and `analysis_needs_backend` where the answers could not be analysed.
 */
export function startEndpointGeneration(actor: StudyActor, input: StartEndpointGeneration): Promise<{ id: string }> {
  const { studyId } = actor;
  return inTransaction(async (transaction) => {
    if (input.startKey) {
      await takeLocks(transaction, lockOf(`start-generation:${studyId}:${input.startKey}`));
      const where = { studyId, startKey: input.startKey };
      const started = await transaction.endpointGeneration.findFirst({ where, select: { id: true } });
      if (started) return started;
    }
    const [prompts, endpoint] = await Promise.all([
      transaction.promptSet.findFirst({
        where: { id: input.promptSetId, studyId },
        include: { _count: { select: { prompts: true } } },
      }),
      transaction.llmEndpoint.findFirst({ where: { id: input.endpointId, archivedAt: null } }),
    ]);
    if (!prompts) throw notFound();
    if (!endpoint) throw unprocessable("endpoint_archived");
    // Told before anything is asked and paid for.
    await requireAnalysisBackend(transaction);
    const generation = await transaction.endpointGeneration.create({
      data: {
        studyId,
        promptSetId: prompts.id,
        endpointId: endpoint.id,
        model: endpoint.model,
        host: endpoint.local ? "" : new URL(endpoint.baseUrl).host,
        parameters: input.parameters,
        seed: input.seed,
        total: prompts._count.prompts,
        tokenBudget: input.tokenBudget,
        price: endpoint.price ?? Prisma.DbNull,
        startKey: input.startKey,
        createdById: actor.personId,
      },
    });
    await recordAudit(transaction, actor, {
      action: "generations.start",
      subject: "endpoint-generation",
      subjectId: generation.id,
      detail: {
        model: endpoint.model,
        host: generation.host,
        promptSet: prompts.name,
        prompts: generation.total,
        tokenBudget: input.tokenBudget,
      },
    });
    const generationId = generation.id;
    await enqueue(transaction, generationTick, { generationId }, { key: `generation:${generationId}` });
    return { id: generationId };
  });
}
