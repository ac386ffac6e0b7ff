import { listValue } from "@duckdb/node-api";
import { escapeGlob, withDuckDb } from "@/lib/platform/storage/duckdb";
import { parquetFiles } from "@/lib/platform/storage/parquet";
import type { SampleDesign, StratumView } from "../schema";
import { allocate } from "./allocate";

/** DuckDB's expression for the key of a document's stratum. Only checked integers enter the text. */
export function stratumSql(design: SampleDesign): string {
  if (design.kind === "simple") return "'all'";
  const edges = [...new Set(design.lengthEdges)].sort((a, b) => a - b);
  const bands = edges.map((edge, index) => {
    const from = index === 0 ? 0 : edges[index - 1];
    return `WHEN characters < ${Math.trunc(edge)} THEN 'length:${from}-${Math.trunc(edge) - 1}'`;
  });
  const parts = {
    length: `CASE ${bands.join(" ")} ELSE 'length:${edges.at(-1)}+' END`,
    source: "'source:' || coalesce(source, '–')",
  };
  return design.by.map((name) => parts[name]).join(" || '|' || ");
}

/** Strata with their sizes in the corpus and how many of each the design draws. One pass over two columns. */
export async function planStrata(address: string, design: SampleDesign, signal?: AbortSignal): Promise<StratumView[]> {
  const files = await parquetFiles(address);
  const counts = await withDuckDb(async (connection) => {
    const result = await connection.runAndReadAll(
      `SELECT ${stratumSql(design)} AS key, count(*) FROM read_parquet(?) GROUP BY 1 ORDER BY 1`,
      [listValue(files.map(escapeGlob))],
    );
    return result.getRowsJS().map(([key, count]) => ({ key: String(key), populationSize: Number(count) }));
  }, signal);
  const sizes = allocate(
    counts.map(({ populationSize }) => populationSize),
    design.size,
    design.kind === "simple" ? "proportional" : design.allocation,
  );
  return counts.map((stratum, index) => ({ ...stratum, sampleSize: sizes[index] ?? 0 }));
}
