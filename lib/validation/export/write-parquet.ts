import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { environment } from "@/lib/platform/environment";
import { type ParquetColumns, writeParquet } from "@/lib/platform/storage/parquet";
import type { ExportRow } from "./schema";
import { flatRow } from "./write-formats";

const columns = {
  item_id: "text",
  document_id: "text",
  text: "text",
  text_sha256: "text",
  erased: "boolean",
  characters: "integer",
  source: "text",
  url: "text",
  language: "text",
  stratum: "text",
  stratum_population: "integer",
  stratum_sample: "integer",
  stratum_run: "text",
  phase_one_stratum: "text",
  phase_one_population: "integer",
  phase_one_sample: "integer",
  inclusion_probability: "double",
  draw_position: "integer",
  queue_position: "integer",
  wanted: "integer",
  decided: "integer",
  gold: "text",
  gold_from: "text",
  flagged: "boolean",
  llm: "text",
  decisions: "text",
  adjudications: "text",
  repeats: "text",
  round: "text",
} as const satisfies ParquetColumns & Record<keyof ExportRow, unknown>;

const dayMs = 86_400_000;

/**
 * A Parquet file ends with its table of contents, so it is written beside and sent from there. It goes when it is sent or
 * nobody takes it any more; what a killed process left goes a day later.
 */
export async function* writeParquetTable(
  batches: AsyncIterable<ExportRow[]>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const folder = path.join(/* turbopackIgnore: true */ environment().dataFolder, "exports");
  await removeLeftovers(folder);
  const own = path.join(folder, randomUUID());
  const file = path.join(own, "round.parquet");
  await mkdir(own, { recursive: true });
  try {
    await writeParquet(file, columns, rowsOf(batches), { signal });
    for await (const chunk of createReadStream(file)) yield chunk as Uint8Array;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function* rowsOf(batches: AsyncIterable<ExportRow[]>) {
  for await (const rows of batches) for (const row of rows) yield flatRow(row);
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const place = path.join(folder, name);
    const made = await stat(place).catch(() => null);
    if (made && Date.now() - made.mtimeMs > dayMs) await rm(place, { recursive: true, force: true });
  }
}
