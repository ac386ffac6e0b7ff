import { maxLineBytes } from "../limits";

/** `content` null: the line was longer than allowed, `beginning` shows where it starts. */
export type RawLine = { line: number; content: Buffer | null; beginning: Buffer };

const newline = 0x0a;
const beginningBytes = 1_000;

/**
 * Lines of a byte stream, 1-based, in batches. A line above the limit is passed over without being held. The byte order
 * mark and empty lines are left out; numbers count them nevertheless.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  limit: number = maxLineBytes,
): AsyncGenerator<RawLine[], void, undefined> {
  const reader = new LineReader(limit);
  for await (const chunk of chunks) {
    const lines = reader.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const last = reader.end();
  if (last.length > 0) yield last;
}

class LineReader {
  private parts: Buffer[] = [];
  private length = 0;
  private tooLong = false;
  private line = 0;

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): RawLine[] {
    const lines: RawLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      this.hold(chunk.subarray(from, at));
      this.close(lines);
      from = at + 1;
    }
    if (from < chunk.length) this.hold(chunk.subarray(from));
    return lines;
  }

  end(): RawLine[] {
    const lines: RawLine[] = [];
    if (this.length > 0) this.close(lines);
    return lines;
  }

  private hold(part: Buffer): void {
    this.length += part.length;
    if (this.tooLong) return;
    this.parts.push(part);
    if (this.length > this.limit) {
      this.tooLong = true;
      this.parts = [Buffer.from(Buffer.concat(this.parts).subarray(0, beginningBytes))];
    }
  }

  private close(lines: RawLine[]): void {
    this.line += 1;
    const joined = this.parts.length === 1 && this.parts[0] ? this.parts[0] : Buffer.concat(this.parts);
    const content = this.line === 1 ? withoutByteOrderMark(joined) : joined;
    if (this.tooLong) lines.push({ line: this.line, content: null, beginning: content });
    else if (!isBlank(content)) {
      lines.push({ line: this.line, content, beginning: content.subarray(0, beginningBytes) });
    }
    this.parts = [];
    this.length = 0;
    this.tooLong = false;
  }
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
