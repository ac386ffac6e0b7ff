import { maxLineBytes } from "@/lib/corpus/limits";
import { AnnotationFailure } from "./failure";
import { readText } from "./read-text";
import type { AnnotationFormat, AnnotationRejectCode } from "./schema";
import { splitJsonArray } from "./split-json-array";
import { splitTable } from "./split-table";

/** A task, line or row of the file, 1-based; with what it holds or why it can't be read. */
export type Entry = { number: number; beginning: string } & (
  | { record: Record<string, unknown> }
  | { code: AnnotationRejectCode }
);

/** What the file is, by its first character that says something: a JSON array, JSON lines, or a table. */
export async function detectAnnotationFormat(file: string): Promise<AnnotationFormat> {
  for await (const text of readText(file)) {
    const [first] = text.trimStart();
    if (first === undefined) continue;
    if (first === "[") return "json";
    if (first === "{") return "lines";
    if (text.includes("\0") || text.startsWith("%PDF")) throw new AnnotationFailure("annotations_unreadable");
    return "table";
  }
  throw new AnnotationFailure("file_empty");
}

/** Every entry, one at a time; memory does not grow with the file. */
export function readEntries(
  file: string,
  format: AnnotationFormat,
  options: { onRead?: (bytes: number) => void; signal?: AbortSignal } = {},
): AsyncGenerator<Entry, void, undefined> {
  const text = readText(file, options.onRead, options.signal);
  if (format === "json") return readArray(text);
  return format === "lines" ? readJsonLines(text) : readTable(text);
}

async function* readArray(text: AsyncIterable<string>): AsyncGenerator<Entry, void, undefined> {
  for await (const { number, text: element, beginning, truncated } of splitJsonArray(text, maxLineBytes)) {
    if (truncated) yield { number, beginning, code: "file_truncated" };
    else yield { number, beginning, ...(element === null ? { code: "line_too_long" } : parse(element)) };
  }
}

async function* readJsonLines(text: AsyncIterable<string>): AsyncGenerator<Entry, void, undefined> {
  let number = 0;
  for await (const line of linesOf(text)) {
    number += 1;
    const beginning = line.slice(0, 1000);
    if (line.length > maxLineBytes) yield { number, beginning, code: "line_too_long" };
    else if (line.trim() !== "") yield { number, beginning, ...parse(line) };
  }
}

/** A line above the limit is handed on cut, just too long. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = chunk.split("\n");
    for (const [index, line] of lines.entries()) {
      if (rest.length <= maxLineBytes) rest += line;
      if (index === lines.length - 1) continue;
      yield rest;
      rest = "";
    }
  }
  yield rest;
}

function parse(text: string): { record: Record<string, unknown> } | { code: AnnotationRejectCode } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { code: "not_json" };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { code: "not_an_object" };
  return { record: value as Record<string, unknown> };
}

/** The first row names the columns. Numbers are those of rows as a spreadsheet counts them. */
async function* readTable(text: AsyncIterable<string>): AsyncGenerator<Entry, void, undefined> {
  let names: string[] | null = null;
  for await (const { number, cells, tooLong, truncated } of splitTable(text, maxLineBytes)) {
    const beginning = cells.join(" | ").slice(0, 1000);
    if (names === null) {
      if (cells.length < 2 || truncated) throw new AnnotationFailure("annotations_unreadable");
      names = cells.map((name) => name.trim());
    } else if (truncated) yield { number, beginning, code: "file_truncated" };
    else if (tooLong) yield { number, beginning, code: "line_too_long" };
    else if (cells.length !== names.length) yield { number, beginning, code: "columns_differ" };
    else yield { number, beginning, record: Object.fromEntries(names.map((name, at) => [name, cellValue(cells[at])])) };
  }
}

/** Label Studio writes what is more than a word as JSON into its cell. */
function cellValue(cell = ""): unknown {
  if (!/^[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}
