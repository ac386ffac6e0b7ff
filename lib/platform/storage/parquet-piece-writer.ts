import { open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { DuckDBAppender, DuckDBConnection } from "@duckdb/node-api";
import { escapeGlob, quoteIdentifier, quoteText, withDuckDb } from "./duckdb";

export type ParquetColumnType = "text" | "integer" | "double" | "boolean" | "bigint";
export type ParquetColumns = Record<string, ParquetColumnType>;
type ValueOf<Type extends ParquetColumnType> = Type extends "text"
  ? string
  : Type extends "boolean"
    ? boolean
    : Type extends "bigint"
      ? bigint | number
      : number;
/** A row of those columns; null or undefined where it has no value. */
export type ParquetRow<Columns extends ParquetColumns> = { [Name in keyof Columns]?: ValueOf<Columns[Name]> | null };

export type ParquetPiece = { file: string; rows: number; bytes: number };

const sqlTypes: Record<ParquetColumnType, string> = {
  text: "VARCHAR",
  integer: "INTEGER",
  double: "DOUBLE",
  boolean: "BOOLEAN",
  bigint: "BIGINT",
};

/** A piece is held in memory until it is written, so it stays small. */
const pieceBytes = 8 * 1024 * 1024;
const pieceRows = 65_536;

/**
 * Writes rows as a sequence of small Parquet files that `mergePieces` joins. DuckDB has no way to append to a Parquet
 * file, and one large table in memory costs about three times its size; pieces keep the memory constant.
 */
export class ParquetPieceWriter<Columns extends ParquetColumns> {
  readonly pieces: ParquetPiece[] = [];
  private readonly definitions: [string, ParquetColumnType][];
  private rows: ParquetRow<Columns>[] = [];
  private bytes = 0;

  constructor(
    private readonly folder: string,
    columns: Columns,
    private readonly signal?: AbortSignal,
  ) {
    this.definitions = Object.entries(columns);
  }

  /** Waits only when a piece is full. */
  async add(row: ParquetRow<Columns>): Promise<void> {
    this.rows.push(row);
    for (const value of Object.values(row)) this.bytes += typeof value === "string" ? value.length : 8;
    if (this.bytes >= pieceBytes || this.rows.length >= pieceRows) await this.flush();
  }

  /** Writes what is left; without any row, one empty piece, so that the columns are known. */
  async end(): Promise<ParquetPiece[]> {
    if (this.rows.length > 0 || this.pieces.length === 0) await this.flush();
    return this.pieces;
  }

  private async flush(): Promise<void> {
    const { rows, bytes } = this;
    this.rows = [];
    this.bytes = 0;
    const file = path.join(this.folder, `piece-${String(this.pieces.length).padStart(8, "0")}.parquet`);
    await withDuckDb(async (connection) => {
      await this.fill(connection, rows);
      await connection.run(
        `COPY piece TO ${quoteText(file)} (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE ${rowGroupSize(rows.length, bytes)})`,
      );
    }, this.signal);
    this.pieces.push({ file, rows: rows.length, bytes });
  }

  private async fill(connection: DuckDBConnection, rows: ParquetRow<Columns>[]): Promise<void> {
    const columns = this.definitions.map(([name, type]) => `${quoteIdentifier(name)} ${sqlTypes[type]}`).join(", ");
    await connection.run(`CREATE TEMP TABLE piece (${columns})`);
    const appender = await connection.createAppender("piece", null, "temp");
    try {
      for (const row of rows) {
        for (const [name, type] of this.definitions) append(appender, type, row[name]);
        appender.endRow();
      }
    } finally {
      appender.closeSync();
    }
  }
}

function append(appender: DuckDBAppender, type: ParquetColumnType, value: unknown): void {
  if (value === null || value === undefined) appender.appendNull();
  else if (type === "text" && typeof value === "string") appender.appendVarchar(value);
  else if (type === "boolean" && typeof value === "boolean") appender.appendBoolean(value);
  else if (type === "bigint" && (typeof value === "bigint" || typeof value === "number")) {
    appender.appendBigInt(BigInt(value));
  } else if (type === "integer" && typeof value === "number") appender.appendInteger(value);
  else if (type === "double" && typeof value === "number") appender.appendDouble(value);
  else throw new TypeError(`${typeof value} in a Parquet column of type ${type}`);
}

/** Rows a group so that one holds some megabytes: readers hold a group of each column in memory. */
function rowGroupSize(rows: number, bytes: number): number {
  const perRow = Math.max(1, bytes / Math.max(1, rows));
  const vectors = Math.round(pieceBytes / perRow / 2048);
  return 2048 * Math.min(60, Math.max(1, vectors));
}

/**
 * Joins pieces, in order, into one file (zstd) that appears whole. `where` keeps only some rows; `columns` only some
 * columns. Returns how many rows were written.
 */
export async function mergePieces(
  pieces: ParquetPiece[],
  target: string,
  options: {
    columns?: string[];
    where?: { sql: string; values: (string | number | bigint)[] };
    signal?: AbortSignal;
  } = {},
): Promise<{ rows: number; bytes: number }> {
  const columns = options.columns?.map(quoteIdentifier).join(", ") ?? "*";
  const files = pieces.map(({ file }) => quoteText(escapeGlob(file))).join(", ");
  const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
  const temporary = `${target}.part`;
  try {
    const written = await withDuckDb(async (connection) => {
      const result = await connection.runAndReadAll(
        `COPY (SELECT ${columns} FROM read_parquet([${files}]) ${options.where ? `WHERE ${options.where.sql}` : ""})
           TO ${quoteText(temporary)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupSize(rows, bytes)})`,
        options.where?.values ?? [],
      );
      return Number(result.getRowsJS()[0]?.[0]);
    }, options.signal);
    const handle = await open(temporary, "r");
    await handle.sync();
    await handle.close();
    await rename(temporary, target);
    return { rows: written, bytes: (await stat(target)).size };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
