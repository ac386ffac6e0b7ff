import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { Bucket } from "./bucket";

/** What arrived is not what was sent. */
export class Damaged extends Error {
  override name = "Damaged";
}

/**
 * Fetches an object to `file`, which appears whole. What an earlier try brought is kept and not fetched again. Throws
 * Damaged where it is missing or its bytes are others, StoreFault where the store can't be asked.
 */
export async function fetchFile(
  bucket: Bucket,
  key: string,
  { file, bytes, sha256 }: { file: string; bytes: number; sha256: string },
  { onBytes, signal }: { onBytes?: (more: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const found = await bucket.look(key, signal);
  if (!found) throw new Damaged(`${key} is missing`);
  if (found.bytes !== bytes) throw new Damaged(`${key} has ${found.bytes} bytes instead of ${bytes}`);
  await mkdir(path.dirname(file), { recursive: true });
  const partial = `${file}.part`;
  const hash = createHash("sha256");
  let have = await bytesOf(partial);
  if (have > bytes) {
    await rm(partial);
    have = 0;
  }
  if (have > 0) for await (const chunk of createReadStream(partial)) hash.update(chunk as Buffer);
  onBytes?.(have);
  const handle = await open(partial, "a");
  try {
    if (have < bytes) {
      for await (const chunk of bucket.stream(key, have, found.etag, signal)) {
        await handle.appendFile(chunk);
        hash.update(chunk);
        have += chunk.length;
        onBytes?.(chunk.length);
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (have !== bytes || hash.digest("hex") !== sha256) {
    await rm(partial);
    throw new Damaged(`${key} is not what was sent: its SHA-256 is another`);
  }
  await rename(partial, file);
}

async function bytesOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
