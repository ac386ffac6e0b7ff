import { type DuckDBConnection, type DuckDBListValue, listValue } from "@duckdb/node-api";
import { unprocessable } from "@/lib/platform/problem";
import { escapeGlob, withDuckDb } from "@/lib/platform/storage/duckdb";
import { parquetFiles } from "@/lib/platform/storage/parquet";
import { type CorpusTrait, type SampleDesign, type StratumView, usualAssumptions } from "../schema";
import { allocateStrata, type StratumToDraw } from "./allocate";

const ascending = (edges: readonly number[]) => [...new Set(edges)].sort((a, b) => a - b);

/** SQL for the band of a length in whole characters. Only checked numbers enter the text. */
export function lengthBandSql(column: string, lengthEdges: readonly number[]): string {
  const edges = ascending(lengthEdges.map(Math.trunc));
  const bands = edges.map((edge, index) => {
    const from = index === 0 ? 0 : edges[index - 1];
    return `WHEN ${column} < ${edge} THEN 'length:${from}-${edge - 1}'`;
  });
  return `CASE ${bands.join(" ")} ELSE 'length:${edges.at(-1)}+' END`;
}

/** SQL for the band of a number between 0 and 1, "score:0.5-0.9" (from 0.5, below 0.9); "score:–" where there is none. */
export function shareBandSql(name: "score" | "confidence", column: string, shareEdges: readonly number[]): string {
  const edges = ascending(shareEdges.map(Number));
  const bands = edges.map((edge, index) => {
    const from = index === 0 ? 0 : edges[index - 1];
    return `WHEN ${column} < ${edge} THEN '${name}:${from}-${edge}'`;
  });
  return `CASE WHEN ${column} IS NULL THEN '${name}:–' ${bands.join(" ")} ELSE '${name}:${edges.at(-1)}-1' END`;
}

/** DuckDB's expression for the key of a document's stratum. */
export function stratumSql(design: SampleDesign): string {
  if (design.kind === "simple") return "'all'";
  const parts: Record<CorpusTrait, string> = {
    length: lengthBandSql("characters", design.lengthEdges),
    source: "'source:' || coalesce(source, '–')",
    language: "'language:' || coalesce(language, '–')",
    score: shareBandSql("score", "score", design.scoreEdges),
  };
  return design.by.map((name) => parts[name]).join(" || '|' || ");
}

/** A filtered corpus has the score that its classifier gave. */
export async function hasScores(connection: DuckDBConnection, files: DuckDBListValue): Promise<boolean> {
  const columns = await connection.runAndReadAll("SELECT * FROM read_parquet(?) LIMIT 0", [files]);
  return columns.columnNames().includes("score");
}

export type PlannedDraw = StratumView & StratumToDraw;

/**
 * Strata with their sizes in the corpus and how many of each the design draws. One pass over the columns that it names.
 * `drawn`: how many of each an earlier draw has, by key. Throws `corpus_without_scores`.
 */
export async function planStrata(
  address: string,
  design: SampleDesign,
  signal?: AbortSignal,
  drawn?: ReadonlyMap<string, number>,
): Promise<PlannedDraw[]> {
  const files = listValue((await parquetFiles(address)).map(escapeGlob));
  const strata = await withDuckDb(async (connection) => {
    const scored = await hasScores(connection, files);
    if (!scored && design.kind === "stratified" && design.by.includes("score")) {
      throw unprocessable("corpus_without_scores");
    }
    const result = await connection.runAndReadAll(
      `SELECT ${stratumSql(design)} AS key, count(*), ${scored ? "avg(score)" : "NULL"}
       FROM read_parquet(?) GROUP BY 1 ORDER BY 1`,
      [files],
    );
    return result.getRowsJS().map(([key, count, score]) => ({
      key: String(key),
      populationSize: Number(count),
      weight: Number(count),
      positiveShare: null,
      score: typeof score === "number" ? score : null,
    }));
  }, signal);
  const sizes = allocateStrata(
    strata,
    design.kind === "simple" ? { ...design, allocation: "proportional", assumptions: usualAssumptions } : design,
    strata.map(({ key }) => drawn?.get(key) ?? 0),
  );
  return strata.map((stratum, index) => ({ ...stratum, sampleSize: sizes[index] ?? 0 }));
}

const mostStrata = 500;

/** One item of a stratum that is no census tells nothing of how the others differ. Throws `too_many_strata`, `sample_too_small`. */
export function requireDrawable(strata: readonly StratumView[]): void {
  if (strata.length > mostStrata) throw unprocessable("too_many_strata", { strata: strata.length, most: mostStrata });
  const least = strata.reduce((sum, { populationSize }) => sum + Math.min(2, populationSize), 0);
  if (strata.some(({ populationSize, sampleSize }) => sampleSize < Math.min(2, populationSize))) {
    throw unprocessable("sample_too_small", { strata: strata.length, least });
  }
}
