import { createHash } from "node:crypto";
import path from "node:path";
import {
  DOUBLE,
  type DuckDBConnection,
  type DuckDBListValue,
  INTEGER,
  LIST,
  listValue,
  VARCHAR,
} from "@duckdb/node-api";
import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database, inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { escapeGlob, openDuckDb } from "@/lib/platform/storage/duckdb";
import { parquetFiles } from "@/lib/platform/storage/parquet";
import { isDatabaseAway } from "../database-away";
import { type SampleDesign, type StratumView, sampleDesignSchema } from "../schema";
import { ClaimLost, claimDrawing, type DrawingClaim, heartbeatMs, keepClaim, updateClaimed } from "./drawing-claim";
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
    const claim = await claimDrawing(sampleId);
    if (!claim) return;
    // Counting and choosing may take longer than a claim lives; whether it was lost, the next batch tells.
    const heartbeat = setInterval(() => void keepClaim(claim).catch(() => {}), heartbeatMs);
    try {
      await draw(claim, signal);
    } catch (error) {
      if (error instanceof ClaimLost) return;
      if (signal.aborted) return giveBack(claim);
      // The job is tried again when the claim has gone stale.
      if (isDatabaseAway(error)) throw error;
      log().error({ sampleId, error: error instanceof Error ? error.stack : error }, "drawing failed");
      const failure = { failureCode: "drawing_failed", failureDetail: String(error).slice(0, 500) };
      await updateClaimed(database(), claim, { state: "failed", ...failure });
    } finally {
      clearInterval(heartbeat);
    }
  },
});

async function draw(claim: DrawingClaim, signal: AbortSignal): Promise<void> {
  const sample = await database().sample.findUniqueOrThrow({
    where: { id: claim.sampleId },
    include: { corpus: true, draws: { where: { number: 1 } } },
  });
  const [drawn] = sample.draws;
  if (!drawn) throw new Error(`sample ${sample.id} has no draw`);
  await forgetItems(sample.id, drawn.id);
  const design = sampleDesignSchema.parse(drawn.design);
  const { address } = sample.corpus;
  const strata = await planStrata(address, design, signal);
  const target = { id: sample.id, seed: sample.seed, drawId: drawn.id, address };
  const size = await writeItems(target, design, strata, claim, signal);
  await inTransaction(async (transaction) => {
    if (!(await updateClaimed(transaction, claim, { state: "ready" }))) throw new ClaimLost();
    await transaction.draw.update({ where: { id: drawn.id }, data: { size } });
  });
}

/** The worker stops: the next one, or the next start, draws. */
async function giveBack(claim: DrawingClaim): Promise<void> {
  await inTransaction(async (transaction) => {
    const kept = await updateClaimed(transaction, claim, { startedAt: null, heartbeatAt: null });
    const { sampleId } = claim;
    if (kept) await enqueue(transaction, drawSampleJob, { sampleId }, { key: `sample:${sampleId}` });
  });
}

/** What an earlier try of the same drawing left. */
async function forgetItems(sampleId: string, drawId: string): Promise<void> {
  await database().drawItem.deleteMany({ where: { drawId } });
  await database().stratum.deleteMany({ where: { drawId } });
  await database().item.deleteMany({ where: { sampleId } });
}

/** Below it lie the stratum's drawn documents and a few more: the expected count plus six standard deviations. */
function candidateBound({ populationSize, sampleSize }: StratumView): number {
  return Math.min(1, (sampleSize + 6 * Math.sqrt(sampleSize) + 20) / populationSize);
}

/** Fills the table "drawn"; returns how many it holds. */
async function chooseDrawn(
  connection: DuckDBConnection,
  files: DuckDBListValue,
  choice: { seed: number; design: SampleDesign; strata: StratumView[]; bounds: number[] },
): Promise<number> {
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
    `CREATE OR REPLACE TEMP TABLE drawn AS
     SELECT key, random, filename, file_row_number, row_number() OVER (ORDER BY random, id) - 1 AS position FROM (
       SELECT id, key, random, filename, file_row_number FROM (
         SELECT id, ${stratumSql(choice.design)} AS key, ${randomSql(choice.seed)} AS random, filename, file_row_number
         FROM read_parquet(?, filename = true, file_row_number = true)
       ) JOIN wanted USING (key) WHERE random < bound
       QUALIFY row_number() OVER (PARTITION BY key ORDER BY random, id) <= size
     )`,
    [files],
  );
  const counted = await connection.runAndReadAll("SELECT count(*) FROM drawn");
  return Number(counted.getRowsJS()[0]?.[0]);
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

/** The drawn documents. DuckDB keeps keys and numbers of candidates only, spilling to disk. */
async function* readDrawn(target: Target, design: SampleDesign, strata: StratumView[], signal: AbortSignal) {
  const files = listValue((await parquetFiles(target.address)).map(escapeGlob));
  const { connection, close } = await openDuckDb(signal);
  try {
    const size = strata.reduce((sum, { sampleSize }) => sum + sampleSize, 0);
    const choose = (bounds: number[]) => chooseDrawn(connection, files, { ...target, design, strata, bounds });
    // The bounds hold but once in a billion draws; then all documents are candidates.
    if ((await choose(strata.map(candidateBound))) < size) await choose(strata.map(() => 1));
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
  claim: DrawingClaim,
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
      await keepClaim(claim);
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
  await groupDuplicates(await duplicates.groups());
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
