import { rm } from "node:fs/promises";
import path from "node:path";
import { escapeGlob, quoteText } from "@/lib/platform/storage/duckdb";
import { mergePieces, type ParquetPiece } from "@/lib/platform/storage/parquet-piece-writer";
import { corpusColumns } from "./write-pieces";

/** A shard ends where either is reached. */
const shardBytes = 128 * 1024 * 1024;
const shardRows = 100_000;

/** Joins pieces to shards part-00000.parquet …, without the lines that `duplicates` (a Parquet file) names. */
export async function writeShards(
  pieces: ParquetPiece[],
  folder: string,
  options: { duplicates: string | null; onShard: () => Promise<void> | void; signal?: AbortSignal },
): Promise<void> {
  const where = options.duplicates
    ? { sql: `line NOT IN (SELECT line FROM read_parquet(${quoteText(escapeGlob(options.duplicates))}))`, values: [] }
    : undefined;
  let number = 0;
  for (const group of groupsOf(pieces)) {
    const target = path.join(folder, `part-${String(number).padStart(5, "0")}.parquet`);
    const columns = Object.keys(corpusColumns);
    const { rows } = await mergePieces(group, target, { columns, where, signal: options.signal });
    for (const { file } of group) await rm(file);
    if (rows > 0) number += 1;
    else await rm(target);
    await options.onShard();
  }
}

function* groupsOf(pieces: ParquetPiece[]): Generator<ParquetPiece[]> {
  let group: ParquetPiece[] = [];
  let bytes = 0;
  let rows = 0;
  for (const piece of pieces) {
    group.push(piece);
    bytes += piece.bytes;
    rows += piece.rows;
    if (bytes < shardBytes && rows < shardRows) continue;
    yield group;
    group = [];
    bytes = 0;
    rows = 0;
  }
  if (group.length > 0) yield group;
}
