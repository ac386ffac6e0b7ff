import { createHash } from "node:crypto";
import { z } from "zod";
import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import { escapeGlob, withDuckDb } from "@/lib/platform/storage/duckdb";
import type { StudyActor } from "@/lib/studies/actor";
import { labelKept } from "@/lib/studies/kept-from";
import { type CorpusDocument, documentSchema } from "../schema";
import { parsePosition, shardsOf } from "./shards";

const attributesSchema = z.record(z.string(), z.json());

/**
 * One document with its whole text, and where its neighbours are. What else the corpus says of it may hold labels, as a
 * classifier's score does, so it is kept from those who still decide on it.
 */
export async function readDocument(actor: StudyActor, corpusId: string, position: string): Promise<CorpusDocument> {
  const shards = await shardsOf(actor, corpusId);
  const { shard, row } = parsePosition(position);
  const file = shards[shard];
  if (file === undefined) throw notFound();
  const { found, rows, rowsBefore } = await withDuckDb(async (connection) => {
    const read = async (sql: string, values: (string | number)[]) =>
      (await connection.runAndReadAll(sql, values)).getRowObjectsJS()[0];
    const count = async (place: string | undefined) =>
      place === undefined
        ? 0
        : Number((await read("SELECT count(*) AS n FROM read_parquet(?)", [escapeGlob(place)]))?.n);
    return {
      found: await read("SELECT * FROM read_parquet(?, file_row_number = true) WHERE file_row_number = ?", [
        escapeGlob(file),
        row,
      ]),
      rows: await count(file),
      rowsBefore: await count(shards[shard - 1]),
    };
  });
  if (!found) throw notFound();
  const attributes = attributesSchema.safeParse(parsedJson(found.attributes));
  const before = row > 0 ? `${shard}-${row - 1}` : rowsBefore > 0 ? `${shard - 1}-${rowsBefore - 1}` : null;
  const kept = await isKept(actor, String(found.id), String(found.text));
  const after = row + 1 < rows ? `${shard}-${row + 1}` : shard + 1 < shards.length ? `${shard + 1}-0` : null;
  return documentSchema.parse({
    position: `${shard}-${row}`,
    id: found.id,
    text: found.text,
    source: found.source ?? null,
    url: found.url ?? null,
    language: found.language ?? null,
    characters: Number(found.characters),
    attributes: attributes.success && !kept ? attributes.data : {},
    score: typeof found.score === "number" && !kept ? found.score : null,
    previous: before,
    next: after,
  });
}

async function isKept(actor: StudyActor, documentId: string, text: string): Promise<boolean> {
  const textHash = createHash("sha256").update(text).digest("hex");
  const [{ kept } = { kept: true }] = await database().$queryRaw<{ kept: boolean }[]>`
    select ${labelKept(actor)} as "kept"
    from (select ${documentId}::text as "documentId", ${textHash}::text as "textHash") item`;
  return kept;
}

function parsedJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text ?? "{}"));
  } catch {
    return {};
  }
}
