import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { listValue } from "@duckdb/node-api";
import type { z } from "zod";
import { pathOf } from "./addresses";
import { escapeGlob, openDuckDb, quoteIdentifier, withDuckDb } from "./duckdb";
import { mergePieces, type ParquetColumns, ParquetPieceWriter, type ParquetRow } from "./parquet-piece-writer";

export type { ParquetColumns, ParquetRow } from "./parquet-piece-writer";

type ScanOptions = {
  /** all, where absent */
  columns?: string[];
  orderBy?: { column: string; descending?: boolean }[];
  limit?: number;
  offset?: number;
  signal?: AbortSignal;
};

/** Absolute paths of the Parquet files at an address (a file, or a folder of them), sorted by name. Throws where there is none. */
export async function parquetFiles(address: string): Promise<string[]> {
  const place = pathOf(address);
  if (!(await stat(place)).isDirectory()) return [place];
  const names = (await readdir(place)).filter((name) => name.endsWith(".parquet")).sort();
  if (names.length === 0) throw new Error(`no Parquet file in ${address}`);
  return names.map((name) => path.join(place, name));
}

/**
 * The rows of a Parquet file or folder, in order, in chunks of up to 2,048; memory stays constant (except for
 * `orderBy`, which DuckDB does on disk where it has to). Each row is parsed by the schema; 64-bit integers arrive as
 * numbers, or as bigint above 2^53. Throws where the file is none, lacks a column, or a row does not fit.
 */
export async function* scanParquet<T>(
  address: string,
  schema: z.ZodType<T>,
  options: ScanOptions = {},
): AsyncGenerator<T[], void, undefined> {
  const files = await parquetFiles(address);
  const { connection, close } = await openDuckDb(options.signal);
  try {
    const result = await connection.stream(selectSql(options), [listValue(files.map(escapeGlob)), ...limits(options)]);
    for await (const rows of result.yieldRowObjectJs()) yield rows.map((row) => schema.parse(withNumbers(row)));
  } finally {
    close();
  }
}

/** One page of rows. For whole files take `scanParquet`. */
export async function readParquetRows<T>(
  address: string,
  schema: z.ZodType<T>,
  options: ScanOptions & { limit: number },
): Promise<T[]> {
  const page: T[] = [];
  for await (const rows of scanParquet(address, schema, options)) page.push(...rows);
  return page;
}

/** From the files' footers, without reading rows. */
export async function countParquetRows(address: string): Promise<number> {
  const files = await parquetFiles(address);
  return withDuckDb(async (connection) => {
    const result = await connection.runAndReadAll("SELECT count(*) FROM read_parquet(?)", [
      listValue(files.map(escapeGlob)),
    ]);
    return Number(result.getRowsJS()[0]?.[0]);
  });
}

/**
 * Writes rows as one Parquet file (zstd) in constant memory; the file appears whole or not at all. `file` is an
 * absolute path (`pathOf(address)`). Throws TypeError where a value does not fit its column.
 */
export async function writeParquet<Columns extends ParquetColumns>(
  file: string,
  columns: Columns,
  rows: Iterable<ParquetRow<Columns>> | AsyncIterable<ParquetRow<Columns>>,
  options: { signal?: AbortSignal } = {},
): Promise<{ rows: number; bytes: number }> {
  const scratch = `${file}.${randomUUID()}.pieces`;
  await mkdir(scratch, { recursive: true });
  const writer = new ParquetPieceWriter(scratch, columns, options.signal);
  try {
    for await (const row of rows) await writer.add(row);
    return await mergePieces(await writer.end(), file, { signal: options.signal });
  } finally {
    writer.discard();
    await rm(scratch, { recursive: true, force: true });
  }
}

function selectSql(options: ScanOptions): string {
  const columns = options.columns?.map(quoteIdentifier).join(", ") ?? "*";
  const order = options.orderBy?.map(
    ({ column, descending }) => `${quoteIdentifier(column)}${descending ? " DESC" : ""}`,
  );
  return [
    `SELECT ${columns} FROM read_parquet(?)`,
    order && order.length > 0 ? `ORDER BY ${order.join(", ")}` : "",
    options.limit === undefined ? "" : "LIMIT ?",
    options.offset === undefined ? "" : "OFFSET ?",
  ].join(" ");
}

function limits(options: ScanOptions): number[] {
  return [options.limit, options.offset].filter((each) => each !== undefined);
}

function withNumbers(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === "bigint" && Number.isSafeInteger(Number(value))) row[name] = Number(value);
  }
  return row;
}
