import { ranksOf, startOptionsOf } from "@/lib/compute/rules";
import { startRun } from "@/lib/compute/start-run";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { visibleTo } from "./checkpoints";
import type { StartPretraining } from "./schema";

/** Continual pre-training of a base checkpoint on a corpus. Throws `corpus_not_ready`, `corpus_empty`, spec problems. */
export function startPretraining(actor: StudyActor, input: StartPretraining): Promise<{ id: string }> {
  return inTransaction(async (transaction) => {
    const [corpus, base] = await Promise.all([
      transaction.corpus.findFirst({ where: { id: input.corpusId, studyId: actor.studyId } }),
      transaction.checkpoint.findFirst({
        where: { ...visibleTo(actor.studyId), id: input.baseId, kind: { not: "encoder" } },
      }),
    ]);
    if (!corpus || !base) throw notFound();
    if (corpus.state !== "ready") throw unprocessable("corpus_not_ready");
    if (corpus.documents === 0) throw unprocessable("corpus_empty");
    return startRun(transaction, actor, {
      kind: "pretrain",
      name: input.name,
      seed: input.seed,
      ...startOptionsOf(input),
      inputs: {
        corpus: { address: corpus.address, digest: corpus.digest },
        base: { address: base.address, digest: base.digest },
      },
      parameters: input.parameters,
      resources: ranksOf(input),
      edges: [
        { kind: "corpus", targetId: corpus.id, role: "corpus" },
        { kind: "checkpoint", targetId: base.id, role: "base" },
      ],
    });
  });
}
