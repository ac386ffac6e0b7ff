import { conflict } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { findUpload, isUploadInUse, removeUploadAt } from "./upload-store";

/** Throws `upload_in_use` while an import reads it. */
export async function deleteUpload(actor: StudyActor, uploadId: string): Promise<void> {
  const { address } = await findUpload(actor, uploadId);
  if (await isUploadInUse(address)) throw conflict("upload_in_use");
  await removeUploadAt(address);
}
