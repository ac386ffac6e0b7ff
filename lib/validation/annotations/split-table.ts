/** A row's cells; `truncated`: the file ends within quotes. */
export type TableRow = { number: number; cells: string[]; tooLong: boolean; truncated: boolean };

/**
 * The rows of a CSV or TSV file (RFC 4180: quoted cells may hold separators, quotes and line breaks), 1-based, blank ones
 * left out. The separator is the first line's most frequent among tab, comma and semicolon.
 */
export async function* splitTable(
  chunks: AsyncIterable<string> | Iterable<string>,
  limit: number,
): AsyncGenerator<TableRow, void, undefined> {
  const splitter = new TableSplitter(limit);
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

class TableSplitter {
  private separator: string | null = null;
  private head = "";
  private cells: string[] = [];
  private parts: string[] = [];
  private length = 0;
  private quoted = false;
  /** a quote was seen within quotes: the cell's end, or half of a doubled one */
  private pending = false;
  private number = 0;

  constructor(private readonly limit: number) {}

  *push(chunk: string): Generator<TableRow> {
    let text = chunk;
    if (this.separator === null) {
      this.head += chunk;
      if (!/[\r\n]/.test(this.head) && this.head.length < this.limit) return;
      this.separator = separatorOf(this.head);
      text = this.head;
      this.head = "";
    }
    yield* this.scan(text);
  }

  *end(): Generator<TableRow> {
    if (this.separator === null) {
      this.separator = separatorOf(this.head);
      yield* this.scan(this.head);
    }
    if (this.quoted && !this.pending) yield this.takeRow(true);
    else if (this.cells.length > 0 || this.length > 0) yield this.takeRow(false);
  }

  private *scan(text: string): Generator<TableRow> {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const one = text[at];
      if (this.quoted) {
        if (this.pending) {
          this.pending = false;
          if (one === '"') {
            from = at;
            continue;
          }
          this.quoted = false;
          from = at;
        } else {
          if (one === '"') {
            this.hold(text.slice(from, at));
            this.pending = true;
            from = at + 1;
          }
          continue;
        }
      }
      if (one === '"' && this.length === 0 && from === at) {
        this.quoted = true;
        from = at + 1;
      } else if (one === this.separator) {
        this.hold(text.slice(from, at));
        this.takeCell();
        from = at + 1;
      } else if (one === "\n" || one === "\r") {
        this.hold(text.slice(from, at));
        from = at + 1;
        if (this.cells.length > 0 || this.length > 0) yield this.takeRow(false);
      }
    }
    if (!this.pending) this.hold(text.slice(from));
  }

  private hold(part: string): void {
    if (part === "") return;
    this.length += part.length;
    if (this.length <= this.limit) this.parts.push(part);
  }

  private takeCell(): void {
    this.cells.push(this.parts.join(""));
    this.parts = [];
    this.tooLong ||= this.length > this.limit;
    this.length = 0;
  }

  private tooLong = false;

  private takeRow(truncated: boolean): TableRow {
    this.takeCell();
    this.number += 1;
    const row = { number: this.number, cells: this.cells, tooLong: this.tooLong, truncated };
    this.cells = [];
    this.tooLong = false;
    return row;
  }
}

function separatorOf(head: string): string {
  const [line = ""] = head.split(/[\r\n]/);
  const count = (separator: string) => line.split(separator).length;
  return ["\t", ",", ";"].reduce((best, one) => (count(one) > count(best) ? one : best), ",");
}
