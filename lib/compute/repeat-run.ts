import { inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { runKindSchema } from "./schema";
import { startRun } from "./start-run";
import { storedSpecSchema } from "./stored-spec";

/** A new run with the same spec, seed and lineage; on the same backend where that is still there. */
export async function repeatRun(actor: StudyActor, runId: string, startKey?: string): Promise<{ id: string }> {
  return inTransaction(async (transaction) => {
    const run = await transaction.run.findFirst({
      where: { id: runId, studyId: actor.studyId },
      include: { edges: { where: { direction: "input" } }, backend: true },
    });
    if (!run) throw notFound();
    return startRun(transaction, actor, {
      kind: runKindSchema.parse(run.kind),
      name: run.name,
      priority: run.priority,
      startKey,
      backendId: run.backend.archivedAt ? undefined : run.backendId,
      ...storedSpecSchema.parse(run.spec),
      edges: run.edges.map(({ kind, targetId, role }) => ({ kind, targetId, role })),
    });
  });
}
