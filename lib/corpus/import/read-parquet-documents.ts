import { type DuckDBConnection, listValue } from "@duckdb/node-api";
import { escapeGlob, openDuckDb, quoteIdentifier, quoteText } from "@/lib/platform/storage/duckdb";
import type { ColumnMapping } from "../schema";
import { checkDocument } from "./check-document";
import { ImportFailure } from "./failure";
import type { ReadBatch, ReadLine } from "./read-documents";

export type ParquetColumn = { name: string; type: string };

/** Names and DuckDB types of a Parquet file's columns, and its rows. Throws ImportFailure where it can't be read. */
export async function inspectParquet(
  connection: DuckDBConnection,
  file: string,
): Promise<{ columns: ParquetColumn[]; rows: number }> {
  try {
    const described = await connection.runAndReadAll("DESCRIBE SELECT * FROM read_parquet(?)", [escapeGlob(file)]);
    const counted = await connection.runAndReadAll("SELECT count(*) FROM read_parquet(?)", [escapeGlob(file)]);
    return {
      columns: described.getRowsJS().map(([name, type]) => ({ name: String(name), type: String(type) })),
      rows: Number(counted.getRowsJS()[0]?.[0]),
    };
  } catch (error) {
    throw new ImportFailure("file_not_parquet", messageOf(error));
  }
}

/** Rows are numbered from 1, as lines are. */
export async function* readParquetDocuments(
  file: { path: string; bytes: number },
  columns: ColumnMapping,
  signal?: AbortSignal,
): AsyncGenerator<ReadBatch, void, undefined> {
  const { connection, close } = await openDuckDb(signal);
  try {
    const parquet = await inspectParquet(connection, file.path);
    const result = await connection.stream(selectSql(parquet.columns, columns), [listValue([escapeGlob(file.path)])]);
    let line = 0;
    for await (const rows of result.yieldRowObjectJs()) {
      const lines = rows.map((row) => readRow(++line, row));
      yield { lines, bytesRead: Math.round((file.bytes * line) / Math.max(1, parquet.rows)) };
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (messageOf(error).includes("not valid UTF8")) throw new ImportFailure("parquet_invalid_text", messageOf(error));
    if (messageOf(error).startsWith("Invalid Input Error")) throw new ImportFailure("file_damaged", messageOf(error));
    throw error;
  } finally {
    close();
  }
}

function readRow(line: number, row: Record<string, unknown>): ReadLine {
  const { attributes, ...fields } = row;
  const document = checkDocument({
    text: fields.text,
    id: fields.id,
    source: fields.source,
    url: fields.url,
    language: fields.language,
    attributes: withoutNull(parsed(attributes)),
  });
  if (typeof document !== "string") return { line, document };
  return { line, code: document, excerpt: String(fields.text ?? fields.id ?? "") };
}

function parsed(attributes: unknown): Record<string, unknown> {
  try {
    return JSON.parse(String(attributes ?? "{}")) as Record<string, unknown>;
  } catch {
    // JSON has no NaN; numbers nested in lists may be.
    return {};
  }
}

function withoutNull(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

const wholeNumbers = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;

function selectSql(present: ParquetColumn[], mapping: ColumnMapping): string {
  const column = (name: string): ParquetColumn => {
    const found = present.find((each) => each.name === name);
    if (!found) throw new ImportFailure("column_missing", name);
    return found;
  };
  const text = column(mapping.text);
  if (text.type !== "VARCHAR") throw new ImportFailure("column_not_text", `${text.name}: ${text.type}`);
  const asText = (name: string | null, alias: string, allowed: (type: string) => boolean): string => {
    if (name === null) return `NULL AS ${alias}`;
    const { type } = column(name);
    if (!allowed(type)) throw new ImportFailure("column_not_text", `${name}: ${type}`);
    return `CAST(${quoteIdentifier(name)} AS VARCHAR) AS ${alias}`;
  };
  const plain = (type: string) => !/[[(]|^(BLOB|BIT)$/.test(type) || type.startsWith("DECIMAL");
  const named = new Set(Object.values(mapping));
  const others = present.filter(({ name, type }) => !named.has(name) && type !== "BLOB");
  const pairs = others.map((each) => `${quoteText(each.name)}: ${valueSql(each)}`);
  if (mapping.gold !== null) pairs.push(`'gold': ${valueSql(column(mapping.gold))}`);
  return `SELECT ${quoteIdentifier(text.name)} AS text,
    ${asText(mapping.id, "id", (type) => type === "VARCHAR" || type === "UUID" || wholeNumbers.test(type))},
    ${asText(mapping.source, "source", plain)}, ${asText(mapping.url, "url", plain)},
    ${asText(mapping.language, "language", plain)},
    ${pairs.length > 0 ? `CAST(to_json({${pairs.join(", ")}}) AS VARCHAR)` : "NULL"} AS attributes
    FROM read_parquet(?)`;
}

function valueSql({ name, type }: ParquetColumn): string {
  const column = quoteIdentifier(name);
  // JSON has neither NaN nor infinity.
  return type === "DOUBLE" || type === "FLOAT" ? `CASE WHEN isfinite(${column}) THEN ${column} END` : column;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
}
