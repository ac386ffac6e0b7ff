import { open, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { DuckDBAppender, DuckDBConnection } from "@duckdb/node-api";
import { escapeGlob, openDuckDb, quoteIdentifier, quoteText, withDuckDb } from "./duckdb";

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

/** A piece is held in DuckDB's memory until it is written, so it stays small. */
const pieceBytes = 8 * 1024 * 1024;
const pieceRows = 20_000;

type OpenPiece = {
  connection: DuckDBConnection;
  close: () => void;
  appender: DuckDBAppender;
  rows: number;
  bytes: number;
};

/**
 * Writes rows as a sequence of small Parquet files that `mergePieces` joins. DuckDB has no way to append to a Parquet
 * file, and one large table in memory costs about three times its size; pieces keep the memory constant. Call `end`
 * or `discard` in any case.
 */
export class ParquetPieceWriter<Columns extends ParquetColumns> {
  private readonly pieces: ParquetPiece[] = [];
  private readonly definitions: [string, ParquetColumnType][];
  private current: OpenPiece | null = null;

  constructor(
    private readonly folder: string,
    columns: Columns,
    private readonly signal?: AbortSignal,
  ) {
    this.definitions = Object.entries(columns);
  }

  /** Throws TypeError where a value does not fit its column. There is something to wait for only now and then. */
  add(row: ParquetRow<Columns>): Promise<void> | undefined {
    if (this.current) return this.addTo(this.current, row);
    return this.open().then((piece) => {
      this.current = piece;
      return this.addTo(piece, row);
    });
  }

  private addTo(piece: OpenPiece, row: ParquetRow<Columns>): Promise<void> | undefined {
    for (const [name, type] of this.definitions) piece.bytes += append(piece.appender, type, row[name]);
    piece.appender.endRow();
    piece.rows += 1;
    return piece.bytes >= pieceBytes || piece.rows >= pieceRows ? this.write() : undefined;
  }

  /** Writes what is left; without any row, one empty piece, so that the columns are known. */
  async end(): Promise<ParquetPiece[]> {
    if (this.pieces.length === 0) this.current ??= await this.open();
    if (this.current) await this.write();
    return this.pieces;
  }

  discard(): void {
    this.current?.close();
    this.current = null;
  }

  private async open(): Promise<OpenPiece> {
    const { connection, close } = await openDuckDb(this.signal, "writing");
    try {
      const columns = this.definitions.map(([name, type]) => `${quoteIdentifier(name)} ${sqlTypes[type]}`).join(", ");
      await connection.run(`CREATE TEMP TABLE piece (${columns})`);
      const appender = await connection.createAppender("piece", null, "temp");
      return { connection, close, appender, rows: 0, bytes: 0 };
    } catch (error) {
      close();
      throw error;
    }
  }

  private async write(): Promise<void> {
    const piece = this.current;
    if (!piece) return;
    const { connection, appender, rows, bytes } = piece;
    const file = path.join(this.folder, `piece-${String(this.pieces.length).padStart(8, "0")}.parquet`);
    try {
      appender.closeSync();
      await connection.run(
        `COPY piece TO ${quoteText(file)} (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE ${rowGroupSize(rows, bytes)})`,
      );
    } finally {
      this.discard();
    }
    this.pieces.push({ file, rows, bytes });
  }
}

/** Appends one value; returns about how many bytes it takes. */
function append(appender: DuckDBAppender, type: ParquetColumnType, value: unknown): number {
  if (value === null || value === undefined) appender.appendNull();
  else if (type === "text" && typeof value === "string") {
    appender.appendVarchar(value);
    return value.length;
  } else if (type === "boolean" && typeof value === "boolean") appender.appendBoolean(value);
  else if (type === "bigint" && (typeof value === "bigint" || typeof value === "number")) {
    appender.appendBigInt(BigInt(value));
  } else if (type === "integer" && typeof value === "number") appender.appendInteger(value);
  else if (type === "double" && typeof value === "number") appender.appendDouble(value);
  else throw new TypeError(`${typeof value} in a Parquet column of type ${type}`);
  return 8;
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
    const written = await withDuckDb(
      async (connection) => {
        const result = await connection.runAndReadAll(
          `COPY (SELECT ${columns} FROM read_parquet([${files}]) ${options.where ? `WHERE ${options.where.sql}` : ""})
           TO ${quoteText(temporary)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupSize(rows, bytes)})`,
          options.where?.values ?? [],
        );
        return Number(result.getRowsJS()[0]?.[0]);
      },
      options.signal,
      "writing",
    );
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
