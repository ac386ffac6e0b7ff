import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { AnnotationFailure } from "./failure";

/**
 * A file's characters as they are read, without byte order mark: UTF-8, or UTF-16 as Windows programs save it. Throws
 * `file_not_unicode` where bytes are neither, instead of guessing letters.
 */
export async function* readText(
  file: string,
  onRead: (bytes: number) => void = () => {},
  signal?: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(await encodingOf(file), { fatal: true });
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const decode = (chunk?: Buffer) => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      throw new AnnotationFailure("file_not_unicode");
    }
  };
  for await (const chunk of source) {
    signal?.throwIfAborted();
    yield decode(chunk as Buffer);
    onRead(source.bytesRead);
  }
  yield decode();
}

/** By the byte order mark; without one, UTF-16 shows by the zero bytes of its first, plain characters. */
async function encodingOf(file: string): Promise<"utf-8" | "utf-16le" | "utf-16be"> {
  const handle = await open(file, "r");
  try {
    const head = Buffer.alloc(4);
    const { bytesRead } = await handle.read(head, 0, 4, 0);
    if (bytesRead === 0) throw new AnnotationFailure("file_empty");
    const [first, second] = head;
    if (first === 0xff && second === 0xfe) return "utf-16le";
    if (first === 0xfe && second === 0xff) return "utf-16be";
    if (bytesRead >= 2 && first !== 0 && second === 0) return "utf-16le";
    if (bytesRead >= 2 && first === 0 && second !== 0) return "utf-16be";
    return "utf-8";
  } finally {
    await handle.close();
  }
}
