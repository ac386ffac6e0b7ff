import { createReadStream, type ReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { maxUnpackedRatio, unpackedBytesAlwaysAllowed } from "../limits";
import type { FileFormat } from "../schema";
import { ImportFailure } from "./failure";

/** What a file is, by its first and last bytes, and its size. Throws ImportFailure where it is nothing that we read. */
export async function detectFormat(file: string): Promise<{ format: FileFormat; bytes: number }> {
  const info = await stat(file);
  if (!info.isFile()) throw new ImportFailure("file_missing");
  if (info.size === 0) throw new ImportFailure("file_empty");
  const handle = await open(file, "r");
  try {
    const head = Buffer.alloc(4);
    await handle.read(head, 0, 4, 0);
    const tail = Buffer.alloc(4);
    await handle.read(tail, 0, 4, Math.max(0, info.size - 4));
    return { format: formatOf(file, head, tail), bytes: info.size };
  } finally {
    await handle.close();
  }
}

function formatOf(file: string, head: Buffer, tail: Buffer): FileFormat {
  if (head.toString("latin1") === "PAR1") {
    if (tail.toString("latin1") !== "PAR1") throw new ImportFailure("file_damaged");
    return "parquet";
  }
  if (/\.parquet$/i.test(file)) throw new ImportFailure("file_not_parquet");
  if (head[0] === 0x1f && head[1] === 0x8b) return "jsonl.gz";
  if (/\.gz$/i.test(file)) throw new ImportFailure("file_not_gzip");
  // Archives and the like: no line of them would be JSON.
  if (
    ["PK\u0003\u0004", "%PDF", "7z\u00bc\u00af", "Rar!", "\u0028\u00b5\u002f\u00fd"].includes(head.toString("latin1"))
  ) {
    throw new ImportFailure("format_unknown");
  }
  return "jsonl";
}

/** The file's bytes, unpacked where it is packed; `read` tells how many of the file itself were read. */
export function openText(
  file: string,
  format: "jsonl" | "jsonl.gz",
): { chunks: AsyncIterable<Buffer>; read: () => number } {
  const source: ReadStream = createReadStream(file, { highWaterMark: 256 * 1024 });
  const read = () => source.bytesRead;
  if (format === "jsonl") return { chunks: source, read };
  const unpacked = createGunzip({ chunkSize: 256 * 1024 });
  // An error of either ends both; whoever reads `unpacked` is told.
  pipeline(source, unpacked, () => {});
  return { chunks: withinLimit(unpacked, read), read };
}

async function* withinLimit(unpacked: AsyncIterable<Buffer>, read: () => number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.length;
    if (bytes > unpackedBytesAlwaysAllowed && bytes > maxUnpackedRatio * read()) {
      throw new ImportFailure("file_unpacks_too_large");
    }
    yield chunk;
  }
}
