import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { recordAudit } from "@/lib/audit/record";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { type Database, database, inTransaction, type Prisma } from "@/lib/platform/database/client";
import { log } from "@/lib/platform/log";
import { Problem } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { isDatabaseAway } from "../database-away";
import { columnMappingSchema } from "../schema";
import { removeUploadAt } from "../uploads/upload-store";
import { failureOf, ImportFailure } from "./failure";
import { type ImportedCorpus, type ImportProgress, importCorpusFile } from "./import-corpus-file";
import { fileOfAddress } from "./locate-source";
import type { Rejects } from "./rejects";

const heartbeatMs = 5_000;
const progressMs = 700;
/** Who has not been heard of for so long is dead; another may take the import over. */
export const staleSeconds = 60;

/**
 * Imports one file. It is one long step: a worker that dies leaves a claim that goes stale, and the next one starts
 * over from a clean folder. A worker that is told to stop gives the import back to the queue.
 */
export const runImport = defineJob({
  name: "corpora.import",
  payload: z.strictObject({ importId: z.uuid() }),
  run: async ({ importId }, { signal }) => {
    const claim = await claimImport(importId);
    if (claim) await carryOut(claim, signal);
  },
});

type Claim = {
  id: string;
  corpusId: string;
  studyId: string;
  address: string;
  source: string;
  columns: unknown;
  startedAt: Date;
};

async function claimImport(importId: string): Promise<Claim | null> {
  const startedAt = new Date();
  const stale = new Date(startedAt.getTime() - staleSeconds * 1000);
  const claimed = await database().corpusImport.updateMany({
    where: { id: importId, OR: [{ state: "queued" }, { state: "running", heartbeatAt: { lt: stale } }] },
    data: {
      state: "running",
      startedAt,
      heartbeatAt: startedAt,
      bytesRead: 0,
      documents: 0,
      rejected: 0,
      rejectedByCode: {},
    },
  });
  if (claimed.count === 0) return null;
  const row = await database().corpusImport.findUniqueOrThrow({ where: { id: importId }, include: { corpus: true } });
  const { studyId, address } = row.corpus;
  return {
    id: importId,
    corpusId: row.corpusId,
    studyId,
    address,
    source: row.source,
    columns: row.columns,
    startedAt,
  };
}

async function carryOut(claim: Claim, signal: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const stopped = AbortSignal.any([signal, lost.signal]);
  const keep = async (data: Prisma.CorpusImportUpdateManyMutationInput) => {
    const kept = await updateClaimed(database(), claim, { ...data, heartbeatAt: new Date() });
    if (!kept) lost.abort();
  };
  const heartbeat = setInterval(() => void keep({}).catch(() => {}), heartbeatMs);
  const folder = pathOf(claim.address);
  // An attempt's own working folder, so that one that was given up can't disturb the next.
  const work = `${folder}.${claim.startedAt.getTime()}.part`;
  try {
    await removeLeftovers(folder);
    const imported = await importCorpusFile({
      file: await fileOfAddress(claim.source),
      folder,
      work,
      columns: columnMappingSchema.parse(claim.columns),
      onProgress: throttled(progressMs, (progress) => keep(progressData(progress))),
      signal: stopped,
    });
    await succeed(claim, imported);
    await removeUploadAt(claim.source);
  } catch (error) {
    if (lost.signal.aborted) return;
    if (signal.aborted) await giveBack(claim);
    // The job is tried again when the claim has gone stale.
    else if (isDatabaseAway(error)) throw error;
    else await fail(claim, error);
  } finally {
    clearInterval(heartbeat);
  }
}

/** Folders of attempts that ended without clearing up. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(path.dirname(folder)).catch(() => []);
  const left = names.filter((name) => name.startsWith(`${path.basename(folder)}.`) && name.endsWith(".part"));
  for (const name of left) await rm(path.join(path.dirname(folder), name), { recursive: true, force: true });
}

/** False where the import was cancelled or taken over. */
async function updateClaimed(
  transaction: Database,
  claim: Claim,
  data: Prisma.CorpusImportUpdateManyMutationInput,
): Promise<boolean> {
  const updated = await transaction.corpusImport.updateMany({
    where: { id: claim.id, state: "running", startedAt: claim.startedAt },
    data,
  });
  return updated.count === 1;
}

function progressData(progress: ImportProgress): Prisma.CorpusImportUpdateManyMutationInput {
  return {
    bytesTotal: BigInt(progress.bytesTotal),
    bytesRead: BigInt(progress.bytesRead),
    documents: progress.documents,
    rejected: progress.rejected,
    rejectedByCode: progress.rejectedByCode,
  };
}

function throttled<T>(everyMs: number, work: (value: T) => Promise<void>): (value: T) => Promise<void> {
  let last = 0;
  return async (value) => {
    if (Date.now() - last < everyMs) return;
    last = Date.now();
    await work(value);
  };
}

async function succeed(claim: Claim, imported: ImportedCorpus): Promise<void> {
  const { rejectedLines, rejected, rejectedByCode, ...corpus } = imported;
  await inTransaction(async (transaction) => {
    const kept = await updateClaimed(transaction, claim, {
      state: "succeeded",
      documents: corpus.documents,
      rejected,
      rejectedByCode,
      finishedAt: new Date(),
    });
    if (!kept) {
      const now = await transaction.corpusImport.findUnique({ where: { id: claim.id }, select: { state: true } });
      // Cancelled in the last moment: what was written has no owner. Taken over: it is another's.
      if (now?.state === "cancelled") await rm(pathOf(claim.address), { recursive: true, force: true });
      return;
    }
    await transaction.rejectedLine.deleteMany({ where: { importId: claim.id } });
    await transaction.rejectedLine.createMany({ data: rejectedLines.map((line) => ({ importId: claim.id, ...line })) });
    await transaction.corpus.updateMany({
      where: { id: claim.corpusId, state: "importing" },
      data: { ...corpus, state: "ready", characters: BigInt(corpus.characters), bytes: BigInt(corpus.bytes) },
    });
    await recordAudit(transaction, null, {
      action: "corpora.imported",
      subject: "corpus",
      subjectId: claim.corpusId,
      studyId: claim.studyId,
      detail: { documents: corpus.documents, rejected, digest: corpus.digest },
    });
  });
}

async function fail(claim: Claim, error: unknown): Promise<void> {
  const failure = failureOf(error) ?? ofProblem(error);
  if (!failure) {
    log().error({ importId: claim.id, error: error instanceof Error ? error.stack : error }, "import failed");
  }
  const rejects = failure?.rejects;
  await inTransaction(async (transaction) => {
    const kept = await updateClaimed(transaction, claim, {
      state: "failed",
      failureCode: failure?.code ?? "unexpected",
      failureDetail: failure?.detail?.slice(0, 500) ?? null,
      documents: 0,
      ...(rejects ? { rejected: rejects.total, rejectedByCode: rejects.byCode } : {}),
      finishedAt: new Date(),
    });
    if (!kept) return;
    if (rejects) await writeRejects(transaction, claim.id, rejects);
    await transaction.corpus.updateMany({
      where: { id: claim.corpusId, state: "importing" },
      data: { state: "failed" },
    });
    await recordAudit(transaction, null, {
      action: "corpora.import-failed",
      subject: "corpus",
      subjectId: claim.corpusId,
      studyId: claim.studyId,
      detail: { code: failure?.code ?? "unexpected" },
    });
  });
}

async function writeRejects(transaction: Database, importId: string, rejects: Rejects): Promise<void> {
  await transaction.rejectedLine.deleteMany({ where: { importId } });
  await transaction.rejectedLine.createMany({ data: rejects.first().map((line) => ({ importId, ...line })) });
}

/** The server's file has gone, or now leads elsewhere. */
function ofProblem(error: unknown): ImportFailure | null {
  return error instanceof Problem ? new ImportFailure("file_missing") : null;
}

/** The worker stops: another one, or the next start, does it. */
async function giveBack(claim: Claim): Promise<void> {
  await inTransaction(async (transaction) => {
    const kept = await updateClaimed(transaction, claim, { state: "queued", startedAt: null, heartbeatAt: null });
    if (kept) await enqueue(transaction, runImport, { importId: claim.id }, { key: `import:${claim.id}` });
  });
}
