import type { Manifest } from "@/lib/compute/manifest";
import { outputOf } from "@/lib/compute/manifest";
import { addOutputEdge, type FinishedRun, registerRunOutcome } from "@/lib/compute/outcomes";
import type { Database } from "@/lib/platform/database/client";
import type { CheckpointKind } from "@/lib/platform/database/generated/enums";

/** The checkpoint that a run made, with the checkpoints that it was made of. */
async function createCheckpoint(
  transaction: Database,
  run: FinishedRun,
  manifest: Manifest,
  kind: CheckpointKind,
): Promise<void> {
  const model = outputOf(manifest, "model");
  const inputs = await transaction.runEdge.findMany({
    where: { runId: run.id, direction: "input", kind: "checkpoint" },
  });
  const checkpoint = await transaction.checkpoint.create({
    data: {
      studyId: run.studyId,
      kind,
      name: run.name,
      address: model.address,
      digest: model.digest,
      madeByRunId: run.id,
      parents: { create: inputs.map(({ targetId, role }) => ({ parentId: targetId, role })) },
    },
  });
  await addOutputEdge(transaction, run.id, { kind: "checkpoint", targetId: checkpoint.id, role: "model" });
}

export function registerModelOutcomes(): void {
  registerRunOutcome("pretrain", {
    commit: (transaction, run, manifest) => createCheckpoint(transaction, run, manifest, "pretrained"),
  });
  registerRunOutcome("merge", {
    commit: (transaction, run, manifest) => createCheckpoint(transaction, run, manifest, "merged"),
  });
}
