import { z } from "zod";
import { escapeGlob, withDuckDb } from "@/lib/platform/storage/duckdb";
import type { StudyActor } from "@/lib/studies/actor";
import { excerptOf } from "../import/rejects";
import type { DocumentExcerpt } from "../schema";
import { parsePosition, shardsOf } from "./shards";

/** Looked through within one request; a search over a large corpus goes on with the next. */
const searchMs = 5_000;

const rowSchema = z.object({
  row: z.coerce.number(),
  id: z.string(),
  excerpt: z.string(),
  source: z.string().nullable(),
  language: z.string().nullable(),
  characters: z.coerce.number(),
});

/** A page of documents from a position on; with `search` those that contain it (upper and lower case alike). */
export async function listDocuments(
  actor: StudyActor,
  corpusId: string,
  query: { search: string; from: string; limit: number },
): Promise<{ documents: DocumentExcerpt[]; next: string | null; pageComplete: boolean }> {
  const shards = await shardsOf(actor, corpusId);
  const deadline = Date.now() + searchMs;
  const documents: DocumentExcerpt[] = [];
  let { shard, row } = parsePosition(query.from);
  for (; shard < shards.length; shard++, row = 0) {
    if (Date.now() > deadline) return { documents, next: `${shard}-${row}`, pageComplete: false };
    const wanted = query.limit - documents.length;
    const found = await readShard(shards[shard] ?? "", row, query.search, wanted + 1);
    documents.push(...found.slice(0, wanted).map(({ row, ...rest }) => ({ position: `${shard}-${row}`, ...rest })));
    const following = found[wanted];
    if (following) return { documents, next: `${shard}-${following.row}`, pageComplete: true };
  }
  return { documents, next: null, pageComplete: true };
}

async function readShard(file: string, from: number, search: string, limit: number) {
  const matches = "(contains(lower(text), lower($search)) OR id = $search)";
  const start = "greatest(1, instr(lower(text), lower($search)) - 80)";
  const rows = await withDuckDb(async (connection) => {
    const result = await connection.runAndReadAll(
      `SELECT file_row_number AS row, id, source, language, characters,
         ${search ? `substr(text, ${start}, 300)` : "left(text, 300)"} AS excerpt
       FROM read_parquet($file, file_row_number = true)
       WHERE file_row_number >= $from ${search ? `AND ${matches}` : ""} ORDER BY file_row_number LIMIT $limit`,
      { file: escapeGlob(file), from, limit, ...(search ? { search } : {}) },
    );
    return result.getRowObjectsJS();
  });
  return rows.map((row) => {
    const parsed = rowSchema.parse(row);
    return { ...parsed, excerpt: excerptOf(parsed.excerpt) };
  });
}
