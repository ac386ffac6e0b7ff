import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { ImportView } from "../schema";
import { removeUploadAt } from "../uploads/upload-store";
import { readImport } from "./read-import";

/** The worker sees within seconds that the import is no longer its own, and clears up. Throws `import_over`. */
export async function cancelImport(actor: StudyActor, importId: string): Promise<ImportView> {
  const before = await readImport(actor, importId);
  const source = await inTransaction(async (transaction) => {
    const cancelled = await transaction.corpusImport.updateManyAndReturn({
      where: { id: importId, state: { in: ["queued", "running"] }, corpus: { studyId: actor.studyId } },
      data: { state: "cancelled", finishedAt: new Date(), documents: 0 },
      select: { source: true },
    });
    const [row] = cancelled;
    if (!row) throw conflict("import_over");
    await transaction.corpus.updateMany({
      where: { id: before.corpusId, studyId: actor.studyId, state: "importing" },
      data: { state: "failed" },
    });
    await recordAudit(transaction, actor, {
      action: "corpora.cancel-import",
      subject: "corpus",
      subjectId: before.corpusId,
    });
    return row.source;
  });
  await removeUploadAt(source);
  return readImport(actor, importId);
}
