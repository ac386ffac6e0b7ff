/** One element's text; `text` null: it was longer than allowed and was not held, `truncated`: the file ends within it. */
export type ArrayElement = { number: number; text: string | null; beginning: string; truncated: boolean };

const beginningCharacters = 1000;

/**
 * The elements of a JSON array, 1-based, one at a time and each as text, however large the file. It only keeps count of
 * brackets and quotes; whether an element is valid JSON, its reader tells. What follows the array is ignored. After the
 * last element of a file that breaks off comes one that is marked as truncated.
 */
export async function* splitJsonArray(
  chunks: AsyncIterable<string> | Iterable<string>,
  limit: number,
): AsyncGenerator<ArrayElement, void, undefined> {
  const splitter = new Splitter(limit);
  for await (const chunk of chunks) {
    yield* splitter.push(chunk);
    if (splitter.ended) return;
  }
  const rest = splitter.end();
  if (rest) yield rest;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const isOpening = (code: number) => code === 0x5b || code === 0x7b;
const isClosing = (code: number) => code === 0x5d || code === 0x7d;
const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

class Splitter {
  ended = false;
  private depth = 0;
  private inText = false;
  private escaped = false;
  private number = 0;
  private parts: string[] = [];
  private length = 0;
  private begun = false;

  constructor(private readonly limit: number) {}

  *push(chunk: string): Generator<ArrayElement> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at);
      if (this.inText) {
        if (this.escaped) this.escaped = false;
        else if (code === backslash) this.escaped = true;
        else if (code === quote) this.inText = false;
        continue;
      }
      let closed = false;
      if (code === quote) this.inText = true;
      else if (isOpening(code)) {
        this.depth += 1;
        if (this.depth === 1) {
          from = at + 1;
          continue;
        }
      } else if (isClosing(code)) {
        this.depth -= 1;
        closed = this.depth === 0;
      }
      // Before the array stands nothing but white space, which is no part of an element.
      if (this.depth === 0 && !closed) from = at + 1;
      else if (closed || (this.depth === 1 && code === comma)) {
        this.hold(chunk.slice(from, at));
        if (this.begun) yield this.take(false);
        from = at + 1;
        if (closed) {
          this.ended = true;
          return;
        }
      } else if (!isSpace(code)) this.begun = true;
    }
    this.hold(chunk.slice(from));
  }

  end(): ArrayElement | null {
    if (this.depth === 0 && !this.begun) return null;
    return this.take(true);
  }

  private hold(part: string): void {
    this.length += part.length;
    if (this.length <= this.limit) this.parts.push(part);
    else if (this.parts.length > 0 || this.length === part.length) {
      this.parts = [this.parts.join("").slice(0, beginningCharacters) || part.slice(0, beginningCharacters)];
    }
  }

  private take(truncated: boolean): ArrayElement {
    this.number += 1;
    const text = this.parts.join("");
    const whole = this.length <= this.limit && !truncated;
    this.parts = [];
    this.length = 0;
    this.begun = false;
    const beginning = text.trimStart().slice(0, beginningCharacters);
    return { number: this.number, text: whole ? text : null, beginning, truncated };
  }
}
