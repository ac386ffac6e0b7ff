import { ranksOf, startOptionsOf } from "@/lib/compute/rules";
import { presets } from "@/lib/compute/specs";
import { startRun } from "@/lib/compute/start-run";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { readClassifierDescription } from "./onnx-model";
import type { StartFiltering } from "./schema";

/** Classifies a whole corpus; what reaches the threshold becomes a new corpus. */
export function startFiltering(actor: StudyActor, input: StartFiltering): Promise<{ id: string }> {
  return inTransaction(async (transaction) => {
    const [corpus, classifier] = await Promise.all([
      transaction.corpus.findFirst({ where: { id: input.corpusId, studyId: actor.studyId } }),
      transaction.classifier.findFirst({ where: { id: input.classifierId, studyId: actor.studyId } }),
    ]);
    if (!corpus || !classifier) throw notFound();
    if (corpus.state !== "ready") throw unprocessable("corpus_not_ready");
    if (corpus.documents === 0) throw unprocessable("corpus_empty");
    const { maxTokens } = await readClassifierDescription(classifier.onnxAddress);
    const onGpu = input.precision === "bf16";
    if (onGpu) await refuseWithoutDescription(classifier.modelAddress);
    const { batchSize } = presets["classify-corpus"][onGpu ? "paper" : "example"];
    return startRun(transaction, actor, {
      kind: "classify-corpus",
      name: input.name,
      ...startOptionsOf(input),
      inputs: {
        corpus: { address: corpus.address, digest: corpus.digest },
        classifier: onGpu
          ? { address: classifier.modelAddress, digest: classifier.modelDigest }
          : { address: classifier.onnxAddress, digest: classifier.onnxDigest },
      },
      parameters: {
        threshold: input.threshold ?? classifier.threshold,
        precision: input.precision,
        batchSize: input.batchSize ?? batchSize,
        maxTokens,
      },
      resources: ranksOf(input),
      edges: [
        { kind: "corpus", targetId: corpus.id, role: "corpus" },
        { kind: "classifier", targetId: classifier.id, role: "classifier" },
      ],
    });
  });
}

/** Classifiers that were trained before weights could classify by themselves have none beside them. */
async function refuseWithoutDescription(modelAddress: string): Promise<void> {
  await readClassifierDescription(modelAddress).catch(() => {
    throw unprocessable("classifier_not_for_gpus", {}, [{ path: "precision", message: "bf16" }]);
  });
}
