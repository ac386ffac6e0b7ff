import { stat } from "node:fs/promises";
import { listValue } from "@duckdb/node-api";
import { escapeGlob, quoteIdentifier, withDuckDb } from "@/lib/platform/storage/duckdb";
import { parquetFiles } from "@/lib/platform/storage/parquet";
import { binLengths } from "./rules";
import type { CorpusDescription, ValueCount } from "./schema";

const valuesKept = 100;

/** Counts documents, lengths, sources, languages and repeated texts, from the files of a corpus. Constant memory. */
export async function describeCorpus(address: string, signal?: AbortSignal): Promise<CorpusDescription> {
  const files = await parquetFiles(address);
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  return withDuckDb(async (connection) => {
    const read = async (sql: string): Promise<unknown[][]> => {
      const result = await connection.runAndReadAll(sql, [listValue(files.map(escapeGlob))]);
      return result.getRowsJS();
    };
    const counts = async (column: string): Promise<ValueCount[]> => {
      const name = quoteIdentifier(column);
      const rows = await read(
        `SELECT ${name}, count(*) FROM read_parquet(?) GROUP BY 1 ORDER BY 2 DESC, 1 NULLS LAST LIMIT ${valuesKept}`,
      );
      return rows.map(([value, documents]) => ({
        value: value === null ? null : String(value),
        documents: Number(documents),
      }));
    };
    const lengths = await read("SELECT characters, count(*) FROM read_parquet(?) GROUP BY characters");
    const repeated = await read(
      "SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM read_parquet(?) GROUP BY md5_number(text))",
    );
    const byLength = lengths.map(([length, documents]) => ({ length: Number(length), documents: Number(documents) }));
    return {
      documents: byLength.reduce((sum, { documents }) => sum + documents, 0),
      characters: byLength.reduce((sum, { length, documents }) => sum + length * documents, 0),
      bytes: sizes.reduce((sum, size) => sum + size, 0),
      lengthHistogram: binLengths(byLength),
      sources: await counts("source"),
      languages: await counts("language"),
      duplicateTexts: Number(repeated[0]?.[0]),
    };
  }, signal);
}
