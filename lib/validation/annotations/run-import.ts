import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { recordAudit, recordOwnAudit } from "@/lib/audit/record";
import { isDatabaseAway } from "@/lib/corpus/database-away";
import { failureOf } from "@/lib/corpus/import/failure";
import { importDocuments } from "@/lib/corpus/import/import-corpus-file";
import { staleSeconds } from "@/lib/corpus/import/run-import";
import { drawSampleJob } from "@/lib/corpus/sampling/draw-sample";
import type { CorpusDescription } from "@/lib/corpus/schema";
import { removeUploadAt } from "@/lib/corpus/uploads/upload-store";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { type Database, database, inTransaction, type Prisma } from "@/lib/platform/database/client";
import { inStatements } from "@/lib/platform/database/statements";
import { log } from "@/lib/platform/log";
import { pathOf } from "@/lib/platform/storage/addresses";
import { AnnotationCollector } from "./collect-annotations";
import { CollectedDecisions } from "./collected-decisions";
import { AnnotationFailure } from "./failure";
import { meaningsOf } from "./rules";
import { type AnnotationFailureCode, annotationFailures, mappingSchema } from "./schema";
import { writeRound } from "./write-round";

const heartbeatMs = 5_000;
const progressMs = 700;
/**
 * Imports one file: its documents become a corpus and a convenience sample, its decisions a closed round. What an attempt
 * that died left is removed, and the next one starts over; the round appears whole, with the import's success.
 */
export const importAnnotationsJob = defineJob({
  name: "validation.import-annotations",
  payload: z.strictObject({ importId: z.uuid() }),
  run: async ({ importId }, { signal }) => {
    const claim = await claimImport(importId);
    if (claim) await carryOut(claim, signal);
  },
});

/** Asks again for imports whose worker has died. */
export const sweepAnnotationImports = defineJob({
  name: "validation.sweep-annotation-imports",
  payload: z.object({}),
  everySeconds: 30,
  run: async () => {
    const stale = new Date(Date.now() - staleSeconds * 1000);
    const left = await database().annotationImport.findMany({
      where: { state: "running", heartbeatAt: { lt: stale } },
      select: { id: true },
    });
    for (const { id } of left) {
      await inTransaction((transaction) =>
        enqueue(transaction, importAnnotationsJob, { importId: id }, { key: `annotations:${id}` }),
      );
    }
  },
});

async function claimImport(importId: string) {
  const startedAt = new Date();
  const stale = new Date(startedAt.getTime() - staleSeconds * 1000);
  const claimed = await database().annotationImport.updateMany({
    where: { id: importId, OR: [{ state: "queued" }, { state: "running", heartbeatAt: { lt: stale } }] },
    data: { state: "running", startedAt, heartbeatAt: startedAt, bytesRead: 0, documents: 0 },
  });
  if (claimed.count === 0) return null;
  const row = await database().annotationImport.findUniqueOrThrow({ where: { id: importId } });
  return { ...row, startedAt };
}
type Claim = NonNullable<Awaited<ReturnType<typeof claimImport>>>;

/** False where somebody else has taken the import over. */
async function updateClaimed(
  transaction: Database,
  claim: Claim,
  data: Prisma.AnnotationImportUncheckedUpdateManyInput,
): Promise<boolean> {
  const where = { id: claim.id, state: "running" as const, startedAt: claim.startedAt };
  return (await transaction.annotationImport.updateMany({ where, data })).count === 1;
}

class ClaimLost extends Error {}

async function carryOut(claim: Claim, signal: AbortSignal): Promise<void> {
  const lost = new AbortController();
  const keep = async (data: Prisma.AnnotationImportUncheckedUpdateManyInput = {}) => {
    if (!(await updateClaimed(database(), claim, { ...data, heartbeatAt: new Date() }))) lost.abort();
  };
  const heartbeat = setInterval(() => void keep().catch(() => {}), heartbeatMs);
  const folder = pathOf(`store:corpora/${claim.corpusId}`);
  const work = `${folder}.${claim.startedAt.getTime()}.annotations`;
  const stopped = AbortSignal.any([signal, lost.signal]);
  const decisions = new CollectedDecisions(work, stopped);
  try {
    await removeAttempt(claim);
    await removeWork(folder);
    await mkdir(work, { recursive: true });
    const collector = new AnnotationCollector(meaningsOf(mappingSchema.parse(claim.mapping)), decisions);
    const corpus = await writeCorpus(claim, { folder, work }, collector, keep, stopped);
    await makeSample(claim, corpus, stopped);
    stopped.throwIfAborted();
    await succeed(claim, collector, stopped);
    await removeUploadAt(claim.source);
  } catch (error) {
    if (lost.signal.aborted || error instanceof ClaimLost) return;
    if (signal.aborted) await giveBack(claim);
    // The job is tried again when the claim has gone stale.
    else if (isDatabaseAway(error)) throw error;
    else await fail(claim, error);
  } finally {
    clearInterval(heartbeat);
    decisions.discard();
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * One pass over the file. Languages stay what the file says: to guess them would take longer than all the rest, and nothing
 * is drawn by them from a sample that others chose.
 */
async function writeCorpus(
  claim: Claim,
  { folder, work }: { folder: string; work: string },
  collector: AnnotationCollector,
  keep: (data: Prisma.AnnotationImportUncheckedUpdateManyInput) => Promise<void>,
  signal: AbortSignal,
): Promise<Corpus> {
  let told = 0;
  const batches = collector.collect(pathOf(claim.source), signal);
  const { rejected, rejectedByCode, rejectedLines, ...corpus } = await importDocuments({
    folder,
    work: path.join(work, "corpus"),
    open: async () => ({ batches, bytes: Number(claim.bytesTotal) }),
    detectLanguages: false,
    onProgress: async ({ bytesRead, documents }) => {
      if (Date.now() - told < progressMs) return;
      told = Date.now();
      await keep({ bytesRead: BigInt(bytesRead), documents });
    },
    signal,
  });
  return corpus;
}
type Corpus = CorpusDescription & { digest: string };

async function makeSample(claim: Claim, corpus: Corpus, signal: AbortSignal): Promise<void> {
  const { studyId, name, corpusId, sampleId, createdById } = claim;
  const size = corpus.documents;
  await inTransaction(async (transaction) => {
    if (!(await updateClaimed(transaction, claim, { documents: size }))) throw new ClaimLost();
    await transaction.corpus.create({
      data: {
        ...corpus,
        ...{ id: corpusId, studyId, name, createdById, state: "ready", address: `store:corpora/${corpusId}` },
        characters: BigInt(corpus.characters),
        bytes: BigInt(corpus.bytes),
      },
    });
    await transaction.sample.create({
      data: {
        ...{ id: sampleId, studyId, corpusId, name, createdById, seed: 0 },
        draws: { create: { number: 1, design: { kind: "convenience", size }, size } },
      },
    });
  });
  await drawSampleJob.run({ sampleId }, { signal });
  signal.throwIfAborted();
  const { state } = await database().sample.findUniqueOrThrow({ where: { id: sampleId } });
  if (state !== "ready") throw new Error(`the sample of annotation import ${claim.id} is ${state}`);
}

/** All decisions become visible together. */
async function succeed(claim: Claim, collector: AnnotationCollector, signal: AbortSignal): Promise<void> {
  const { id: importId, studyId, sampleId, name, createdById } = claim;
  const { rejects, people, documents, decisions } = collector;
  await inStatements(async (statements, copy) => {
    const target = { studyId, importId, sampleId, name, createdById, people };
    const roundId = await writeRound(statements, copy, target, decisions, signal);
    const kept = await statements.$executeRaw`
      update "AnnotationImport" set "state" = 'succeeded', "roundId" = ${roundId}::uuid, "finishedAt" = now(),
        "bytesRead" = "bytesTotal", "documents" = ${documents}, "decisions" = ${decisions.count}, "people" = ${people},
        "rejected" = ${rejects.total}, "rejectedByCode" = ${JSON.stringify(rejects.byCode)}::jsonb,
        "rejectedLines" = ${JSON.stringify(rejects.first())}::jsonb
      where "id" = ${importId}::uuid and "state" = 'running' and "startedAt" = ${claim.startedAt}`;
    if (kept !== 1) throw new ClaimLost();
    await recordOwnAudit(statements, {
      action: "annotations.imported",
      subject: "round",
      subjectId: roundId,
      studyId,
      detail: { importId, documents, decisions: decisions.count, people, rejected: rejects.total },
    });
  });
}

async function fail(claim: Claim, error: unknown): Promise<void> {
  const failureCode = codeOf(error);
  if (failureCode === "unexpected") {
    log().error(
      { importId: claim.id, error: error instanceof Error ? error.stack : error },
      "annotation import failed",
    );
  }
  if (!(await updateClaimed(database(), claim, { heartbeatAt: new Date() }))) return;
  await removeAttempt(claim);
  await inTransaction(async (transaction) => {
    if (!(await updateClaimed(transaction, claim, { state: "failed", failureCode, finishedAt: new Date() }))) return;
    await recordAudit(transaction, null, {
      action: "annotations.import-failed",
      subject: "annotation-import",
      subjectId: claim.id,
      studyId: claim.studyId,
      detail: { code: failureCode },
    });
  });
}

function codeOf(error: unknown): AnnotationFailureCode {
  if (error instanceof AnnotationFailure) return error.code;
  const code = failureOf(error)?.code;
  return annotationFailures.find((known) => known === code) ?? "unexpected";
}

/** The worker stops: another one, or the next start, does it. */
async function giveBack(claim: Claim): Promise<void> {
  if (!(await updateClaimed(database(), claim, { heartbeatAt: new Date() }))) return;
  await removeAttempt(claim);
  await inTransaction(async (transaction) => {
    const kept = await updateClaimed(transaction, claim, { state: "queued", startedAt: null, heartbeatAt: null });
    if (kept)
      await enqueue(transaction, importAnnotationsJob, { importId: claim.id }, { key: `annotations:${claim.id}` });
  });
}

/** Corpus and sample of an attempt that made no round; to be called by whoever still has the claim. */
async function removeAttempt({ studyId, corpusId, sampleId }: Claim): Promise<void> {
  await database().sample.deleteMany({ where: { id: sampleId, studyId, draws: { none: { rounds: { some: {} } } } } });
  await database().corpus.deleteMany({ where: { id: corpusId, studyId, samples: { none: {} } } });
  const left = await database().corpus.count({ where: { id: corpusId } });
  if (left === 0) await rm(pathOf(`store:corpora/${corpusId}`), { recursive: true, force: true });
}

/** What attempts that died were working on beside the corpus's folder. */
async function removeWork(folder: string): Promise<void> {
  const names = await readdir(path.dirname(folder)).catch(() => []);
  const left = names.filter((name) => name.startsWith(`${path.basename(folder)}.`));
  for (const name of left) await rm(path.join(path.dirname(folder), name), { recursive: true, force: true });
}
