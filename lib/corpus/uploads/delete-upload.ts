import { database } from "@/lib/platform/database/client";
import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { findUpload, removeUploadAt } from "./upload-store";

/** Throws `upload_in_use` while an import reads it. */
export async function deleteUpload(actor: StudyActor, uploadId: string): Promise<void> {
  const { address } = await findUpload(actor, uploadId);
  const used = await database().corpusImport.count({
    where: { source: address, state: { in: ["queued", "running"] }, corpus: { studyId: actor.studyId } },
  });
  if (used > 0) throw conflict("upload_in_use");
  await removeUploadAt(address);
}
