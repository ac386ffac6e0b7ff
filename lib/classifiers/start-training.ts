import { chooseBackend } from "@/lib/compute/choose-backend";
import { startRun } from "@/lib/compute/start-run";
import { visibleTo } from "@/lib/models/checkpoints";
import { database, inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { buildLabelSet } from "./build-label-set";
import type { StartTraining } from "./schema";

/** Freezes the label set and starts the run that fine-tunes an encoder on it. */
export async function startTraining(actor: StudyActor, input: StartTraining): Promise<{ id: string }> {
  const encoder = await database().checkpoint.findFirst({
    where: { ...visibleTo(actor.studyId), id: input.encoderId, kind: "encoder" },
  });
  if (!encoder) throw notFound();
  // Asked first, so that no label set is left behind where there is nowhere to train.
  await chooseBackend(database(), input.backendId);
  const labelSet = await buildLabelSet(actor, input);
  return inTransaction((transaction) =>
    startRun(transaction, actor, {
      kind: "train-classifier",
      name: input.name,
      seed: input.seed,
      backendId: input.backendId,
      inputs: {
        documents: { address: labelSet.address, digest: labelSet.digest },
        encoder: { address: encoder.address, digest: encoder.digest },
      },
      parameters: input.parameters,
      edges: [
        { kind: "label-set", targetId: labelSet.id, role: "documents" },
        { kind: "checkpoint", targetId: encoder.id, role: "encoder" },
      ],
    }),
  );
}
