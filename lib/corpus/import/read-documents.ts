import { isUtf8 } from "node:buffer";
import type { ColumnMapping, FileFormat, RejectCode } from "../schema";
import { type CheckedDocument, checkDocument, rawDocumentOf } from "./check-document";
import { openText } from "./open-source";
import { type RawLine, readLines } from "./read-lines";
import { readParquetDocuments } from "./read-parquet-documents";

/** A line (row) of the file: a document, or why it is none and how it begins. */
export type ReadLine =
  | { line: number; document: CheckedDocument }
  | { line: number; code: RejectCode; excerpt: string };
/** `bytesRead` of the file when the batch had been read. */
export type ReadBatch = { lines: ReadLine[]; bytesRead: number };

/** The documents of a file in its order, in batches, in constant memory. */
export function readDocuments(
  file: { path: string; format: FileFormat; bytes: number },
  columns: ColumnMapping,
  signal?: AbortSignal,
): AsyncGenerator<ReadBatch, void, undefined> {
  if (file.format === "parquet") return readParquetDocuments(file, columns, signal);
  return readJsonLines(file.path, file.format, columns);
}

async function* readJsonLines(
  path: string,
  format: "jsonl" | "jsonl.gz",
  columns: ColumnMapping,
): AsyncGenerator<ReadBatch, void, undefined> {
  const { chunks, read } = openText(path, format);
  for await (const lines of readLines(chunks)) {
    yield { lines: lines.map((line) => readJsonLine(line, columns)), bytesRead: read() };
  }
}

function readJsonLine(raw: RawLine, columns: ColumnMapping): ReadLine {
  const parsed = parseLine(raw);
  if ("code" in parsed) return { line: raw.line, code: parsed.code, excerpt: raw.beginning.toString("utf8") };
  const document = checkDocument(rawDocumentOf(parsed.record, columns));
  if (typeof document !== "string") return { line: raw.line, document };
  return { line: raw.line, code: document, excerpt: raw.beginning.toString("utf8") };
}

/** The JSON object of a line, or why there is none. */
export function parseLine({ content }: RawLine): { record: Record<string, unknown> } | { code: RejectCode } {
  if (content === null) return { code: "line_too_long" };
  if (!isUtf8(content)) return { code: "invalid_utf8" };
  let value: unknown;
  try {
    value = JSON.parse(content.toString("utf8"));
  } catch {
    return { code: content.includes(0) ? "nul_character" : "not_json" };
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return { code: "not_an_object" };
  return { record: value as Record<string, unknown> };
}
