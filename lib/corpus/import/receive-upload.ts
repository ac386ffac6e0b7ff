import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { environment } from "@/lib/platform/environment";
import { newId } from "@/lib/platform/ids";
import { Problem } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { prepareUpload, safeFileName } from "./sources";

/** Writes the body of a request to the store as it comes; nothing is held in memory. Throws 413, 507, `upload_empty`. */
export async function receiveUpload(
  actor: StudyActor,
  fileName: string,
  body: ReadableStream<Uint8Array> | null,
): Promise<{ uploadId: string; fileName: string; bytes: number }> {
  const limit = environment().uploadLimitBytes;
  const uploadId = newId();
  const target = await prepareUpload(actor.studyId, uploadId, fileName);
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > limit) done(new Problem(413, "body_too_large", { limit }));
      else done(null, chunk);
    },
  });
  try {
    if (!body) throw new Problem(422, "upload_empty");
    await pipeline(Readable.fromWeb(body), counter, createWriteStream(`${target}.part`));
    if (bytes === 0) throw new Problem(422, "upload_empty");
    await rename(`${target}.part`, target);
  } catch (error) {
    await rm(`${target}.part`, { force: true });
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") throw new Problem(507, "store_full");
    throw error;
  }
  return { uploadId, fileName: safeFileName(fileName), bytes };
}
