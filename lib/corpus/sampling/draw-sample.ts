import { createHash } from "node:crypto";
import path from "node:path";
import { listValue } from "@duckdb/node-api";
import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { escapeGlob, openDuckDb } from "@/lib/platform/storage/duckdb";
import { parquetFiles } from "@/lib/platform/storage/parquet";
import { type SampleDesign, type StratumView, sampleDesignSchema } from "../schema";
import { NearDuplicates } from "./near-duplicates";
import { randomSql } from "./permanent-random";
import { planStrata, stratumSql } from "./strata";

/**
 * Draws a sample: from each stratum the documents with the smallest permanent random numbers. Items are written as they
 * are read, so that progress shows; a worker that dies on the way starts over, which gives the same sample.
 */
export const drawSampleJob = defineJob({
  name: "samples.draw",
  payload: z.object({ sampleId: z.uuid() }),
  async run({ sampleId }, { signal }) {
    const sample = await database().sample.findFirst({
      where: { id: sampleId, state: "drawing" },
      include: { corpus: true, draws: true },
    });
    const [draw] = sample?.draws ?? [];
    if (!sample || !draw) return;
    await forgetItems(sampleId, draw.id);
    const design = sampleDesignSchema.parse(draw.design);
    try {
      const strata = await planStrata(sample.corpus.address, design, signal);
      const size = await writeItems(
        { ...sample, drawId: draw.id, address: sample.corpus.address },
        design,
        strata,
        signal,
      );
      await database().draw.update({ where: { id: draw.id }, data: { size } });
      await database().sample.updateMany({ where: { id: sampleId, state: "drawing" }, data: { state: "ready" } });
    } catch (error) {
      signal.throwIfAborted();
      log().error({ sampleId, error: error instanceof Error ? error.stack : error }, "drawing failed");
      await database().sample.updateMany({
        where: { id: sampleId, state: "drawing" },
        data: { state: "failed", failureCode: "drawing_failed", failureDetail: String(error).slice(0, 500) },
      });
    }
  },
});

/** What an earlier try of the same drawing left. */
async function forgetItems(sampleId: string, drawId: string): Promise<void> {
  await database().drawItem.deleteMany({ where: { drawId } });
  await database().stratum.deleteMany({ where: { drawId } });
  await database().item.deleteMany({ where: { sampleId } });
}

type Target = { id: string; drawId: string; seed: number; address: string };

const rowSchema = z.object({
  id: z.string(),
  text: z.string(),
  source: z.string().nullable(),
  url: z.string().nullable(),
  language: z.string().nullable(),
  attributes: z.string().nullable(),
  key: z.string(),
  random: z.number(),
  position: z.coerce.number(),
  file: z.string(),
  row: z.coerce.number(),
});
type Row = z.infer<typeof rowSchema>;

/** The drawn documents in the order of their random numbers. DuckDB keeps keys and numbers, spilling to disk. */
async function* readDrawn(target: Target, design: SampleDesign, strata: StratumView[], signal: AbortSignal) {
  const files = listValue((await parquetFiles(target.address)).map(escapeGlob));
  const { connection, close } = await openDuckDb(signal);
  try {
    await connection.run("CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest(?) AS key, unnest(?) AS size", [
      listValue(strata.map(({ key }) => key)),
      listValue(strata.map(({ sampleSize }) => sampleSize)),
    ]);
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE drawn AS
       SELECT key, random, filename, file_row_number, row_number() OVER (ORDER BY random, id) - 1 AS position FROM (
         SELECT id, key, random, filename, file_row_number FROM (
           SELECT id, ${stratumSql(design)} AS key, ${randomSql(target.seed)} AS random, filename, file_row_number
           FROM read_parquet(?, filename = true, file_row_number = true)
         ) JOIN wanted USING (key)
         QUALIFY row_number() OVER (PARTITION BY key ORDER BY random, id) <= size
       )`,
      [files],
    );
    const result = await connection.stream(
      `SELECT c.id, c.text, c.source, c.url, c.language, c.attributes, d.key, d.random, d.position::DOUBLE AS position,
         d.filename AS file, d.file_row_number::DOUBLE AS row
       FROM read_parquet(?, filename = true, file_row_number = true) c
       JOIN drawn d ON d.filename = c.filename AND d.file_row_number = c.file_row_number`,
      [files],
    );
    for await (const rows of result.yieldRowObjectJs()) yield rows.map((row) => rowSchema.parse(row));
  } finally {
    close();
  }
}

async function writeItems(
  target: Target,
  design: SampleDesign,
  strata: StratumView[],
  signal: AbortSignal,
): Promise<number> {
  const rows = strata.map((stratum) => ({ ...stratum, id: newId(), drawId: target.drawId }));
  await database().stratum.createMany({ data: rows });
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const duplicates = new NearDuplicates();
  let written = 0;
  for await (const chunk of readDrawn(target, design, strata, signal)) {
    for (let start = 0; start < chunk.length; start += 250) {
      const batch = chunk.slice(start, start + 250).map((row) => ({ ...row, itemId: newId() }));
      for (const { itemId, text } of batch) duplicates.add(itemId, text);
      await database().item.createMany({ data: batch.map((row) => itemOf(row, target.id)) });
      await database().drawItem.createMany({
        data: batch.map(({ itemId, key, position }) => {
          const stratum = byKey.get(key);
          if (!stratum) throw new Error(`no stratum ${key}`);
          const inclusionProbability = stratum.sampleSize / stratum.populationSize;
          return { drawId: target.drawId, itemId, stratumId: stratum.id, position, inclusionProbability };
        }),
      });
      written += batch.length;
    }
  }
  await groupDuplicates(duplicates.groups());
  return written;
}

const itemOf = (row: Row & { itemId: string }, sampleId: string) => ({
  id: row.itemId,
  sampleId,
  documentId: row.id,
  text: row.text,
  textHash: createHash("sha256").update(row.text).digest("hex"),
  characters: Array.from(row.text).length,
  source: row.source,
  url: row.url,
  language: row.language,
  originFile: path.basename(row.file),
  originRow: BigInt(row.row),
  permanentRandom: row.random,
  duplicateGroup: row.itemId,
  attributes: parseAttributes(row.attributes),
});

function parseAttributes(text: string | null): object {
  try {
    const parsed: unknown = text ? JSON.parse(text) : {};
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

async function groupDuplicates(groups: Map<string, string>): Promise<void> {
  const ids = [...groups.keys()];
  await database().$executeRaw`
    update "Item" item set "duplicateGroup" = grouped."first"
    from unnest(${ids}::uuid[], ${ids.map((id) => groups.get(id) ?? id)}::text[]) as grouped("id", "first")
    where item."id" = grouped."id"`;
}
