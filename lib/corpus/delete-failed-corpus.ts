import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";

/** Removes the entry of an import that came to nothing. Throws `corpus_in_use` for any other corpus. */
export function deleteFailedCorpus(actor: StudyActor, corpusId: string): Promise<void> {
  return inTransaction(async (transaction) => {
    const corpus = await transaction.corpus.findFirst({ where: { id: corpusId, studyId: actor.studyId } });
    if (!corpus) throw notFound();
    const deleted = await transaction.corpus.deleteMany({
      where: { id: corpusId, studyId: actor.studyId, state: "failed", samples: { none: {} } },
    });
    if (deleted.count === 0) throw conflict("corpus_in_use");
    await recordAudit(transaction, actor, {
      action: "corpora.delete",
      subject: "corpus",
      subjectId: corpusId,
      detail: { name: corpus.name },
    });
  });
}
