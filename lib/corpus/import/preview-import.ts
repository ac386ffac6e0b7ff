import { pathToFileURL } from "node:url";
import { z } from "zod";
import { unprocessable } from "@/lib/platform/problem";
import { withDuckDb } from "@/lib/platform/storage/duckdb";
import { readParquetRows } from "@/lib/platform/storage/parquet";
import type { StudyActor } from "@/lib/studies/actor";
import { guessColumns } from "../rules";
import type { FileFormat, ImportPreview, ImportSource, PreviewColumn } from "../schema";
import { failureOf } from "./failure";
import { locateSource } from "./locate-source";
import { detectFormat, openText } from "./open-source";
import { parseLine } from "./read-documents";
import { readLines } from "./read-lines";
import { inspectParquet } from "./read-parquet-documents";
import { excerptOf } from "./rejects";

const linesLooked = 200;
/** So that a preview answers at once, whatever the first line is. */
const bytesLooked = 32 * 1024 * 1024;

type Looked = Pick<ImportPreview, "columns" | "linesRead" | "unreadable">;

/** The columns of a file and a guess which is what. Throws the failure's code (`file_empty`, `file_damaged`, …). */
export async function previewImport(actor: StudyActor, source: ImportSource): Promise<ImportPreview> {
  const { file, fileName } = await locateSource(actor, source);
  try {
    const { format, bytes } = await detectFormat(file);
    const looked = format === "parquet" ? await lookAtParquet(file) : await lookAtLines(file, format);
    if (looked.linesRead === 0) throw unprocessable("file_empty");
    return { fileName, bytes, format, guess: guessColumns(looked.columns), ...looked };
  } catch (error) {
    const failure = failureOf(error);
    throw failure ? unprocessable(failure.code, { detail: failure.detail ?? "" }) : error;
  }
}

async function lookAtLines(file: string, format: Exclude<FileFormat, "parquet">): Promise<Looked> {
  const columns = new ColumnCounter();
  const unreadable: Looked["unreadable"] = [];
  let linesRead = 0;
  const { chunks } = openText(file, format);
  for await (const lines of readLines(upTo(chunks, bytesLooked))) {
    for (const raw of lines.slice(0, linesLooked - linesRead)) {
      linesRead += 1;
      const parsed = parseLine(raw);
      if ("record" in parsed) columns.see(parsed.record);
      else if (unreadable.length < 5) {
        unreadable.push({ line: raw.line, code: parsed.code, excerpt: excerptOf(raw.beginning.toString("utf8")) });
      }
    }
    if (linesRead >= linesLooked) break;
  }
  return { columns: columns.columns(), linesRead, unreadable };
}

async function* upTo(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of chunks) {
    yield chunk;
    read += chunk.length;
    if (read >= limit) return;
  }
}

async function lookAtParquet(file: string): Promise<Looked> {
  const { columns, rows } = await withDuckDb((connection) => inspectParquet(connection, file));
  const counter = new ColumnCounter();
  for (const { name } of columns) counter.see({ [name]: undefined });
  const first = await readParquetRows(pathToFileURL(file).href, z.record(z.string(), z.unknown()), { limit: 20 });
  for (const row of first) counter.see(row);
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const named = counter.columns().map((column) => {
    const type = types.get(column.name);
    return { ...column, kinds: [type === "VARCHAR" ? "text" : (type?.toLowerCase() ?? "")] };
  });
  return { columns: named, linesRead: Math.min(rows, linesLooked), unreadable: [] };
}

const columnsShown = 200;

class ColumnCounter {
  private readonly seen = new Map<
    string,
    { kinds: Set<string>; characters: number; values: number; example: string }
  >();

  see(record: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(record)) {
      const column = this.seen.get(name) ?? { kinds: new Set(), characters: 0, values: 0, example: "" };
      if (this.seen.size >= columnsShown && !this.seen.has(name)) continue;
      this.seen.set(name, column);
      if (value === null || value === undefined) continue;
      const text = typeof value === "string" ? value : (JSON.stringify(value, bigintAsText) ?? "");
      column.kinds.add(kindOf(value));
      column.values += 1;
      column.characters += text.length;
      if (column.example === "") column.example = excerptOf(text).slice(0, 120);
    }
  }

  columns(): PreviewColumn[] {
    return [...this.seen].map(([name, { kinds, characters, values, example }]) => ({
      name,
      kinds: [...kinds].sort(),
      meanCharacters: values === 0 ? 0 : characters / values,
      example,
    }));
  }
}

const bigintAsText = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);

function kindOf(value: unknown): string {
  if (typeof value === "string") return "text";
  if (typeof value === "number" || typeof value === "bigint") return "number";
  if (typeof value === "boolean") return "boolean";
  return Array.isArray(value) ? "list" : "object";
}
