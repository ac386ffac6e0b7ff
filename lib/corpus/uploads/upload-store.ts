import { mkdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { environment } from "@/lib/platform/environment";
import { newId } from "@/lib/platform/ids";
import { notFound, Problem } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import type { StudyActor } from "@/lib/studies/actor";

const descriptionSchema = z.object({
  fileName: z.string(),
  bytes: z.number(),
  content: z.string(),
  personId: z.string(),
});
export type Upload = {
  uploadId: string;
  fileName: string;
  bytes: number;
  /** bytes that have arrived */
  received: number;
  /** store:uploads/STUDY/UPLOAD/… */
  address: string;
};

const folderOf = (studyId: string, uploadId: string) => `store:uploads/${studyId}/${uploadId}`;

/** Throws `upload_too_large`. */
export async function createUpload(actor: StudyActor, input: { fileName: string; bytes: number }): Promise<Upload> {
  const limit = environment().uploadLimitBytes;
  if (input.bytes > limit) throw new Problem(413, "upload_too_large", { limit });
  const uploadId = newId();
  const folder = folderOf(actor.studyId, uploadId);
  // Only the ending is taken from the person's file name; the name itself never becomes a path.
  const ending = /\.(parquet|gz)$/i.exec(input.fileName)?.[0].toLowerCase() ?? "";
  const description = { ...input, content: `content${ending}`, personId: actor.personId };
  await mkdir(pathOf(folder), { recursive: true });
  await writeWhole(path.join(pathOf(folder), "upload.json"), JSON.stringify(description));
  return { uploadId, ...input, received: 0, address: `${folder}/${description.content}` };
}

/** An upload of the study. Throws 404. */
export async function findUpload(actor: { studyId: string }, uploadId: string): Promise<Upload> {
  const folder = folderOf(actor.studyId, uploadId);
  const text = await readFile(path.join(pathOf(folder), "upload.json"), "utf8").catch(() => null);
  if (text === null) throw notFound();
  const { fileName, bytes, content } = descriptionSchema.parse(JSON.parse(text));
  const address = `${folder}/${content}`;
  const received = await stat(pathOf(address)).then(
    ({ size }) => size,
    () => 0,
  );
  return { uploadId, fileName, bytes, received, address };
}

/** What the person who uploads is told. */
export function viewUpload({ uploadId, fileName, bytes, received }: Upload): Omit<Upload, "address"> {
  return { uploadId, fileName, bytes, received };
}

/** Whether an import reads it or will: of a corpus, or of decisions that were made elsewhere. */
export async function isUploadInUse(address: string): Promise<boolean> {
  const where = { source: { startsWith: address }, state: { in: ["queued" as const, "running" as const] } };
  const [corpora, annotations] = await Promise.all([
    database().corpusImport.count({ where }),
    database().annotationImport.count({ where }),
  ]);
  return corpora + annotations > 0;
}

/** Removes an upload by the address of its content. */
export async function removeUploadAt(address: string): Promise<void> {
  if (!address.startsWith("store:uploads/")) return;
  await rm(path.dirname(pathOf(address)), { recursive: true, force: true });
}
