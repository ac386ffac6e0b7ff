import { excerptCharacters, maxRejectsKept } from "../limits";
import type { RejectCode } from "../schema";

/** Counts refused lines by reason and keeps the first ones in full. */
export class Rejects<Code extends string = RejectCode> {
  readonly byCode: Partial<Record<Code, number>> = {};
  private kept: { line: number; code: Code; excerpt: string }[] = [];
  private counted = 0;

  get total(): number {
    return this.counted;
  }

  add(line: number, code: Code, excerpt: string): void {
    this.count(code, 1);
    // Lines come in order, except that duplicates are found at the end: twice as many are kept until then.
    if (this.kept.length < 2 * maxRejectsKept) this.kept.push({ line, code, excerpt: excerptOf(excerpt) });
  }

  /** Counts lines that are not told one by one. */
  count(code: Code, lines: number): void {
    if (lines === 0) return;
    this.counted += lines;
    this.byCode[code] = (this.byCode[code] ?? 0) + lines;
  }

  first(): { line: number; code: Code; excerpt: string }[] {
    return [...this.kept].sort((a, b) => a.line - b.line).slice(0, maxRejectsKept);
  }
}

/** The beginning of a line as it can be stored and shown: on one line, without half characters. */
export function excerptOf(text: string): string {
  return text
    .slice(0, excerptCharacters)
    .replaceAll("\0", "␀")
    .replace(/\p{Cs}/gu, "\uFFFD")
    .replace(/\s+/g, " ");
}
