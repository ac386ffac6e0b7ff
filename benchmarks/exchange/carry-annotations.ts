import { createReadStream, createWriteStream, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createUpload } from "@/lib/corpus/uploads/upload-store";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import type { StudyActor } from "@/lib/studies/actor";
import { previewAnnotations } from "@/lib/validation/annotations/preview-annotations";
import { importAnnotationsJob } from "@/lib/validation/annotations/run-import";
import { startAnnotationImport } from "@/lib/validation/annotations/start-import";
import { exportRound } from "@/lib/validation/export/export-round";
import type { ExportFormat } from "@/lib/validation/export/schema";

export async function upload(owner: StudyActor, file: string, fileName: string): Promise<string> {
  const { uploadId, address } = await createUpload(owner, { fileName, bytes: statSync(file).size });
  await pipeline(createReadStream(file), createWriteStream(pathOf(address)));
  return uploadId;
}

/** What a person does and waits for: the file is looked at, then imported with what is suggested. Throws where it fails. */
export async function importAnnotations(owner: StudyActor, uploadId: string) {
  const { labels } = await previewAnnotations(owner, { uploadId });
  const mapping = labels.map(({ control, label, suggestion }) => ({ control, label, meaning: suggestion }));
  const { importId } = await startAnnotationImport(owner, { uploadId, name: "Measured", mapping });
  await importAnnotationsJob.run({ importId }, { signal: new AbortController().signal });
  const found = await database().annotationImport.findUniqueOrThrow({ where: { id: importId } });
  const { state, failureCode, decisions, rejected, roundId } = found;
  if (state !== "succeeded" || !roundId) throw new Error(`the import is ${state}: ${failureCode}`);
  return { decisions, rejected, roundId };
}

export async function exportTo(file: string, owner: StudyActor, roundId: string, format: ExportFormat): Promise<void> {
  const { content } = await exportRound(owner, roundId, { format, language: "en" });
  await pipeline(content, createWriteStream(file));
}
