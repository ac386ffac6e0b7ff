import { stat } from "node:fs/promises";
import { recordAudit } from "@/lib/audit/record";
import { locateSource } from "@/lib/corpus/import/locate-source";
import { enqueue } from "@/lib/jobs/enqueue";
import { inTransaction } from "@/lib/platform/database/client";
import { lockOf, takeLocks } from "@/lib/platform/database/locks";
import { newId } from "@/lib/platform/ids";
import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { importAnnotationsJob } from "./run-import";
import type { StartAnnotationImport } from "./schema";

/** Asks for the import of an uploaded file. Throws 404, `upload_incomplete`, `import_under_way`. */
export async function startAnnotationImport(
  actor: StudyActor,
  input: StartAnnotationImport,
): Promise<{ importId: string }> {
  const { file, address, fileName } = await locateSource(actor, { kind: "upload", uploadId: input.uploadId });
  const { size } = await stat(file);
  return inTransaction(async (transaction) => {
    // A double click must not make two rounds of one file.
    await takeLocks(transaction, lockOf(`annotations:${address}`));
    const known = await transaction.annotationImport.count({
      where: { studyId: actor.studyId, source: address, state: { in: ["queued", "running", "succeeded"] } },
    });
    if (known > 0) throw conflict("import_under_way");
    const { id } = await transaction.annotationImport.create({
      data: {
        studyId: actor.studyId,
        name: input.name,
        fileName,
        source: address,
        mapping: input.mapping,
        corpusId: newId(),
        sampleId: newId(),
        bytesTotal: BigInt(size),
        createdById: actor.personId,
      },
    });
    await recordAudit(transaction, actor, {
      action: "annotations.import",
      subject: "annotation-import",
      subjectId: id,
      detail: { name: input.name, fileName, mapping: input.mapping },
    });
    await enqueue(transaction, importAnnotationsJob, { importId: id }, { key: `annotations:${id}` });
    return { importId: id };
  });
}
