import {
  DOUBLE,
  type DuckDBConnection,
  type DuckDBListValue,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
} from "@duckdb/node-api";
import { escapeGlob } from "@/lib/platform/storage/duckdb";
import { parquetFiles } from "@/lib/platform/storage/parquet";
import type { SampleDesign, StratumView } from "../schema";
import { randomSql } from "./permanent-random";
import { hasScores, stratumSql } from "./strata";

/**
 * Below it lie the stratum's drawn documents and a few more: the expected count plus six standard deviations, and
 * `margin` times that. 1: all of the stratum.
 */
function candidateBound({ populationSize, sampleSize }: StratumView, margin: number): number {
  return Math.min(1, (sampleSize + margin * (6 * Math.sqrt(sampleSize) + 20)) / populationSize);
}

/**
 * Fills the connection's temporary tables `candidate` (whole documents, of which each stratum has a few too many) and
 * `drawn` (which of them are drawn: candidate, key, random, position), in one pass over the corpus. They spill to disk.
 */
export async function chooseDocuments(
  connection: DuckDBConnection,
  corpus: { address: string; seed: number },
  design: SampleDesign,
  strata: readonly StratumView[],
): Promise<void> {
  const files = listValue((await parquetFiles(corpus.address)).map(escapeGlob));
  const score = (await hasScores(connection, files)) ? "score::DOUBLE" : "NULL::DOUBLE";
  const size = strata.reduce((sum, { sampleSize }) => sum + sampleSize, 0);
  // The first bounds hold but once in a billion draws.
  for (let margin = 1; ; margin *= 16) {
    const bounds = strata.map((stratum) => candidateBound(stratum, margin));
    await choose(connection, files, { ...corpus, score, design, strata, bounds });
    const counted = await connection.runAndReadAll("SELECT count(*) FROM drawn");
    if (Number(counted.getRowsJS()[0]?.[0]) >= size || bounds.every((bound) => bound === 1)) return;
  }
}

async function choose(
  connection: DuckDBConnection,
  files: DuckDBListValue,
  choice: { seed: number; score: string; design: SampleDesign; strata: readonly StratumView[]; bounds: number[] },
): Promise<void> {
  await connection.run(
    "CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest(?) AS key, unnest(?) AS size, unnest(?) AS bound",
    [
      listValue(choice.strata.map(({ key }) => key)),
      listValue(choice.strata.map(({ sampleSize }) => sampleSize)),
      listValue(choice.bounds),
    ],
    [LIST(VARCHAR), LIST(INTEGER), LIST(DOUBLE)],
  );
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE candidate AS
     SELECT document.*, size FROM (
       SELECT id, text, source, url, language, attributes, ${choice.score} AS score, ${stratumSql(choice.design)} AS key,
         ${randomSql(choice.seed)} AS random, filename, file_row_number
       FROM read_parquet(?, filename = true, file_row_number = true)
     ) document JOIN wanted USING (key) WHERE random < bound`,
    [files],
  );
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE drawn AS
     SELECT candidate, id, key, random, row_number() OVER (ORDER BY random, id) - 1 AS position FROM (
       SELECT rowid AS candidate, id, key, random, size FROM candidate
       QUALIFY row_number() OVER (PARTITION BY key ORDER BY random, id) <= size
     )`,
  );
}
