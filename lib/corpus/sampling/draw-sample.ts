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
import { convenienceDesignSchema, type SampleDesign, type StratumView, sampleDesignSchema } from "../schema";
import { ClaimLost, claimDrawing, type DrawingClaim, heartbeatMs, keepClaim, updateClaimed } from "./drawing-claim";
import { scoreAttribute } from "./item-score";
import { NearDuplicates } from "./near-duplicates";
import { randomSql } from "./permanent-random";
import { hasScores, planStrata, stratumSql } from "./strata";

/**
 * Draws a sample, or more of it: from each stratum the documents with the smallest permanent random numbers. Items are
 * written as they are read, so that progress shows; a worker that dies on the way starts over, which gives the same sample.
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
      await fail(claim, { failureCode: "drawing_failed", failureDetail: String(error).slice(0, 500) });
    } finally {
      clearInterval(heartbeat);
    }
  },
});

async function draw(claim: DrawingClaim, signal: AbortSignal): Promise<void> {
  const sample = await database().sample.findUniqueOrThrow({
    where: { id: claim.sampleId },
    include: {
      corpus: true,
      draws: { where: drawingOf(claim), include: { extendsDraw: { include: { strata: true } } } },
    },
  });
  const [drawn] = sample.draws;
  if (!drawn) throw new Error(`sample ${sample.id} has no draw`);
  await forgetItems(sample.id, drawn.id);
  const { convenience, design } = designOf(drawn.design);
  const { address } = sample.corpus;
  const earlier = new Map(drawn.extendsDraw?.strata.map(({ key, sampleSize }) => [key, sampleSize]));
  const strata = await planStrata(address, design, signal, earlier);
  const target = { id: sample.id, seed: sample.seed, drawId: drawn.id, address };
  const size = await writeItems(target, design, strata, convenience, claim, signal);
  await inTransaction(async (transaction) => {
    if (!(await updateClaimed(transaction, claim, { state: "ready", failureCode: null, failureDetail: null }))) {
      throw new ClaimLost();
    }
    await transaction.draw.update({ where: { id: drawn.id }, data: { size, pending: false } });
  });
}

/** A convenience sample takes all documents of its corpus; how likely each was to come into it nobody knows. */
function designOf(stored: unknown): { convenience: boolean; design: SampleDesign } {
  const given = convenienceDesignSchema.safeParse(stored);
  if (given.success) return { convenience: true, design: { kind: "simple", size: given.data.size } };
  return { convenience: false, design: sampleDesignSchema.parse(stored) };
}

/** The draw that is being drawn: a new sample's first one, or its extension. */
const drawingOf = ({ extending }: DrawingClaim) => (extending ? { pending: true } : { number: 1 });

type Failure = { failureCode: string; failureDetail: string };

/** What was drawn before stays as it was when an extension fails. */
async function fail(claim: DrawingClaim, failure: Failure): Promise<void> {
  if (!claim.extending) {
    await updateClaimed(database(), claim, { state: "failed", ...failure });
    return;
  }
  const { sampleId } = claim;
  const pending = await database().draw.findFirst({ where: { sampleId, pending: true }, select: { id: true } });
  if (pending) await forgetItems(sampleId, pending.id);
  await inTransaction(async (transaction) => {
    if (!(await updateClaimed(transaction, claim, { state: "ready", ...failure }))) return;
    await transaction.draw.deleteMany({ where: { sampleId, pending: true } });
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

/** What an earlier try of the same drawing left; items that other draws have stay. */
async function forgetItems(sampleId: string, drawId: string): Promise<void> {
  await database().drawItem.deleteMany({ where: { drawId } });
  await database().stratum.deleteMany({ where: { drawId } });
  await database().$executeRaw`
    delete from "Item" item where item."sampleId" = ${sampleId}::uuid
      and not exists (select 1 from "DrawItem" drawn where drawn."itemId" = item."id")`;
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
  score: z.number().nullable(),
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
    const score = (await hasScores(connection, files)) ? "c.score::DOUBLE" : "NULL::DOUBLE";
    const result = await connection.stream(
      `SELECT ${score} AS score, c.id, c.text, c.source, c.url, c.language, c.attributes, d.key, d.random, d.position::DOUBLE AS position,
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
  convenience: boolean,
  claim: DrawingClaim,
  signal: AbortSignal,
): Promise<number> {
  const rows = strata.map(({ key, populationSize, sampleSize }) => {
    return { id: newId(), drawId: target.drawId, key, populationSize, sampleSize };
  });
  await database().stratum.createMany({ data: rows });
  const byKey = new Map(rows.map((row) => [row.key, row]));
  const duplicates = new NearDuplicates();
  let written = 0;
  for await (const chunk of readDrawn(target, design, strata, signal)) {
    for (let start = 0; start < chunk.length; start += 250) {
      const rows = chunk.slice(start, start + 250);
      await keepClaim(claim);
      // What an earlier draw has stays the item that it is, with its labels and decisions.
      const drawnBefore = claim.extending ? await findItems(target.id, rows) : new Map<string, string>();
      const batch = rows.map((row) => ({ ...row, itemId: drawnBefore.get(row.id) ?? newId() }));
      for (const { itemId, text } of batch) duplicates.add(itemId, text);
      const unseen = batch.filter(({ id }) => !drawnBefore.has(id));
      await database().item.createMany({ data: unseen.map((row) => itemOf(row, target.id)) });
      await database().drawItem.createMany({
        data: batch.map(({ itemId, key, position }) => {
          const stratum = byKey.get(key);
          if (!stratum) throw new Error(`no stratum ${key}`);
          const inclusionProbability = convenience ? null : stratum.sampleSize / stratum.populationSize;
          return { drawId: target.drawId, itemId, stratumId: stratum.id, position, inclusionProbability };
        }),
      });
      written += batch.length;
    }
  }
  await groupDuplicates(await duplicates.groups());
  return written;
}

async function findItems(sampleId: string, rows: Row[]): Promise<Map<string, string>> {
  const items = await database().item.findMany({
    where: { sampleId, documentId: { in: rows.map(({ id }) => id) } },
    select: { id: true, documentId: true },
  });
  return new Map(items.map(({ id, documentId }) => [documentId, id]));
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
  attributes: {
    ...parseAttributes(row.attributes),
    ...(row.score === null ? {} : { [scoreAttribute]: row.score }),
  },
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
