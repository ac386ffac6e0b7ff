import { recordAudit } from "@/lib/audit/record";
import { enqueue } from "@/lib/jobs/enqueue";
import { inTransaction } from "@/lib/platform/database/client";
import { lockOf, takeLocks } from "@/lib/platform/database/locks";
import { newId } from "@/lib/platform/ids";
import { conflict, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { columnsUsedTwice } from "../rules";
import type { StartImportInput } from "../schema";
import { failureOf } from "./failure";
import { locateSource } from "./locate-source";
import { detectFormat } from "./open-source";
import { runImport } from "./run-import";

/** Writes the corpus to be and asks for its import. Throws `column_used_twice`, `import_under_way`, the file's failure. */
export async function startImport(
  actor: StudyActor,
  input: StartImportInput,
): Promise<{ importId: string; corpusId: string }> {
  const twice = columnsUsedTwice(input.columns);
  if (twice.length > 0) throw unprocessable("column_used_twice", { columns: twice.join(", ") });
  const { file, address, fileName } = await locateSource(actor, input.source);
  const { bytes } = await detectFormat(file).catch((error: unknown) => {
    const failure = failureOf(error);
    throw failure ? unprocessable(failure.code) : error;
  });
  return inTransaction(async (transaction) => {
    // A double click must not make two corpora of one file.
    await takeLocks(transaction, lockOf(`import:${actor.studyId}:${address}`));
    const underWay = await transaction.corpusImport.count({
      where: { source: address, state: { in: ["queued", "running"] }, corpus: { studyId: actor.studyId } },
    });
    if (underWay > 0) throw conflict("import_under_way");
    const corpusId = newId();
    const importId = newId();
    await transaction.corpus.create({
      data: {
        id: corpusId,
        studyId: actor.studyId,
        name: input.name,
        description: input.description,
        address: `store:corpora/${corpusId}`,
        createdById: actor.personId,
        imports: {
          create: { id: importId, fileName, source: address, columns: input.columns, bytesTotal: BigInt(bytes) },
        },
      },
    });
    await recordAudit(transaction, actor, {
      action: "corpora.import",
      subject: "corpus",
      subjectId: corpusId,
      detail: { name: input.name, fileName, columns: input.columns },
    });
    await enqueue(transaction, runImport, { importId }, { key: `import:${importId}` });
    return { importId, corpusId };
  });
}
