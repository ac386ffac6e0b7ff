import { listValue } from "@duckdb/node-api";
import { escapeGlob, quoteText, withDuckDb } from "@/lib/platform/storage/duckdb";
import type { ParquetPiece } from "@/lib/platform/storage/parquet-piece-writer";
import { excerptCharacters, maxRejectsKept } from "../limits";
import type { Rejects } from "./rejects";

/**
 * Writes the lines whose id an earlier line has to a Parquet file (`line`), and counts them as rejects; returns how
 * many. Exact at any size: DuckDB groups on disk where memory ends. First by a hash of the id, then by the id itself.
 */
export async function findDuplicates(
  pieces: ParquetPiece[],
  target: string,
  rejects: Rejects,
  signal?: AbortSignal,
): Promise<number> {
  return withDuckDb(async (connection) => {
    const files = listValue(pieces.map(({ file }) => escapeGlob(file)));
    await connection.run(
      `CREATE TEMP TABLE suspect AS
         SELECT hash(id) AS hash FROM read_parquet(?) GROUP BY hash(id) HAVING count(*) > 1`,
      [files],
    );
    await connection.run(
      `CREATE TEMP TABLE duplicate AS
         SELECT line, named FROM (
           SELECT line, named, row_number() OVER (PARTITION BY id ORDER BY line) AS nth
           FROM (SELECT id, line, named FROM read_parquet(?) WHERE hash(id) IN (SELECT hash FROM suspect))
         ) WHERE nth > 1`,
      [files],
    );
    const counted = await connection.runAndReadAll("SELECT named, count(*) FROM duplicate GROUP BY named");
    const counts = new Map(counted.getRowsJS().map(([named, count]) => [Boolean(named), Number(count)]));
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    if (total === 0) return 0;
    const told = await connection.runAndReadAll(
      `SELECT line, named, id, left(text, ${excerptCharacters}) FROM read_parquet(?)
       WHERE line IN (SELECT line FROM duplicate ORDER BY line LIMIT ${maxRejectsKept}) ORDER BY line`,
      [files],
    );
    for (const [line, named, id, text] of told.getRowsJS()) {
      rejects.add(Number(line), named ? "duplicate_id" : "duplicate_text", named ? `${id}: ${text}` : String(text));
      counts.set(Boolean(named), (counts.get(Boolean(named)) ?? 0) - 1);
    }
    rejects.count("duplicate_id", counts.get(true) ?? 0);
    rejects.count("duplicate_text", counts.get(false) ?? 0);
    await connection.run(`COPY (SELECT line FROM duplicate ORDER BY line) TO ${quoteText(target)} (FORMAT parquet)`);
    return total;
  }, signal);
}
