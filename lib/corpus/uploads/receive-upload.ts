import { open } from "node:fs/promises";
import { conflict, Problem } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import type { StudyActor } from "@/lib/studies/actor";
import { findUpload, type Upload } from "./upload-store";

/**
 * Writes the bytes of a request at an offset, straight to disk. Parts come one after the other; a part that broke off
 * is sent again from any offset up to what has arrived. Throws `upload_offset`, `upload_too_large`, `store_full`.
 */
export async function receiveUpload(
  actor: StudyActor,
  uploadId: string,
  offset: number,
  body: AsyncIterable<Uint8Array>,
): Promise<Upload> {
  const upload = await findUpload(actor, uploadId);
  if (offset > upload.received) throw conflict("upload_offset", { received: upload.received });
  const handle = await open(pathOf(upload.address), upload.received === 0 ? "w" : "r+");
  let position = offset;
  try {
    for await (const chunk of body) {
      if (position + chunk.byteLength > upload.bytes)
        throw new Problem(413, "upload_too_large", { limit: upload.bytes });
      for (let from = 0; from < chunk.byteLength; ) {
        const { bytesWritten } = await handle.write(chunk, from, chunk.byteLength - from, position);
        from += bytesWritten;
        position += bytesWritten;
      }
    }
    await handle.sync();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") throw new Problem(507, "store_full");
    throw error;
  } finally {
    await handle.close();
  }
  return findUpload(actor, uploadId);
}
