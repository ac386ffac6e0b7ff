import { chooseBackend } from "@/lib/compute/choose-backend";
import { ranksOf, startOptionsOf } from "@/lib/compute/rules";
import { findStarted, startRun } from "@/lib/compute/start-run";
import { visibleTo } from "@/lib/models/checkpoints";
import { database, inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { buildLabelSet, dropLabelSet, saveLabelSet } from "./build-label-set";
import type { StartTraining } from "./schema";

/**
 * Freezes the label set and starts the run that fine-tunes an encoder on it, both or neither. The same start twice is
 * one run on one label set.
 */
export async function startTraining(actor: StudyActor, input: StartTraining): Promise<{ id: string }> {
  const encoder = await database().checkpoint.findFirst({
    where: { ...visibleTo(actor.studyId), id: input.encoderId, kind: "encoder" },
  });
  if (!encoder) throw notFound();
  const start = { kind: "train-classifier", startKey: input.startKey } as const;
  // Both asked first, so that no label set is built in vain.
  const before = await inTransaction((transaction) => findStarted(transaction, actor, start));
  if (before) return before;
  await chooseBackend(database(), input.backendId);
  const labelSet = await buildLabelSet(actor, input);
  let used = false;
  try {
    const run = await inTransaction(async (transaction) => {
      // Someone else may have made the same start while the labels were being read.
      const started = await findStarted(transaction, actor, start);
      if (started) return { ...started, used: false };
      await saveLabelSet(transaction, actor, input, labelSet);
      const { id } = await startRun(transaction, actor, {
        ...startOptionsOf(input),
        kind: "train-classifier",
        name: input.name,
        seed: input.seed,
        inputs: {
          documents: { address: labelSet.address, digest: labelSet.digest },
          encoder: { address: encoder.address, digest: encoder.digest },
        },
        parameters: input.parameters,
        resources: ranksOf(input),
        edges: [
          { kind: "label-set", targetId: labelSet.id, role: "documents" },
          { kind: "checkpoint", targetId: encoder.id, role: "encoder" },
        ],
      });
      return { id, used: true };
    });
    used = run.used;
    return { id: run.id };
  } finally {
    if (!used) await dropLabelSet(labelSet);
  }
}
