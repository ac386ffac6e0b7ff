import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { digestOf } from "@/lib/platform/storage/files";
import { describeCorpus } from "../describe-corpus";
import type { ColumnMapping, CorpusDescription, RejectCode, RejectedLineView } from "../schema";
import { failureOf, ImportFailure } from "./failure";
import { findDuplicates } from "./find-duplicates";
import { detectFormat } from "./open-source";
import { type ReadBatch, readDocuments } from "./read-documents";
import { Rejects } from "./rejects";
import { writePieces } from "./write-pieces";
import { writeShards } from "./write-shards";

export type ImportProgress = {
  bytesTotal: number;
  bytesRead: number;
  documents: number;
  rejected: number;
  rejectedByCode: Partial<Record<RejectCode, number>>;
};

export type ImportedCorpus = CorpusDescription & {
  digest: string;
  rejected: number;
  rejectedByCode: Partial<Record<RejectCode, number>>;
  /** the first thousand, by line */
  rejectedLines: RejectedLineView[];
};

type Progress = (progress: ImportProgress) => Promise<void> | void;

/**
 * Reads a file (JSONL, JSONL.gz, Parquet) as a stream and writes it as a corpus: see `importDocuments`. Documents whose
 * language the file does not tell are looked at.
 */
export function importCorpusFile(input: {
  /** absolute paths */
  file: string;
  folder: string;
  work?: string;
  columns: ColumnMapping;
  onProgress?: Progress;
  signal?: AbortSignal;
}): Promise<ImportedCorpus> {
  const { file, columns, signal } = input;
  const open = async () => {
    const { format, bytes } = await detectFormat(file);
    return { batches: readDocuments({ path: file, format, bytes }, columns, signal), bytes };
  };
  return importDocuments({ ...input, open, detectLanguages: true });
}

/**
 * Writes documents as they come as a corpus: a folder of Parquet shards that appears whole when everything is there. What
 * is in the way at `folder` from an earlier, ended attempt is removed. Memory does not grow with the documents. Throws
 * ImportFailure and what `open` and its batches throw; whatever is thrown, nothing is left behind. `onProgress` may end it
 * by `signal`, at the latest before anything at `folder` is touched.
 */
export async function importDocuments(input: {
  open: () => Promise<{ batches: AsyncIterable<ReadBatch>; bytes: number }>;
  detectLanguages: boolean;
  /** absolute path */
  folder: string;
  /** where it works until then, on the same disk; beside `folder` where absent */
  work?: string;
  /** told after each batch (some hundred documents); may throw to end the import */
  onProgress?: Progress;
  signal?: AbortSignal;
}): Promise<ImportedCorpus> {
  const { folder, detectLanguages, signal } = input;
  const work = input.work ?? `${folder}.part`;
  const shards = path.join(work, "shards");
  await rm(work, { recursive: true, force: true });
  try {
    await mkdir(shards, { recursive: true });
    const { batches, bytes } = await input.open();
    const rejects = new Rejects();
    const report = async (state: { bytesRead: number; documents: number }) =>
      input.onProgress?.({
        bytesTotal: bytes,
        ...state,
        rejected: rejects.total,
        rejectedByCode: { ...rejects.byCode },
      });
    const { pieces, documents } = await writePieces(work, batches, rejects, {
      onBatch: report,
      detectLanguages,
      signal,
    });
    if (documents === 0)
      throw new ImportFailure(rejects.total === 0 ? "file_empty" : "no_document_kept", null, rejects);
    const duplicates = path.join(work, "duplicates.parquet");
    const repeated = await findDuplicates(pieces, duplicates, rejects, signal);
    const state = { bytesRead: bytes, documents: documents - repeated };
    await report(state);
    await writeShards(pieces, shards, {
      duplicates: repeated > 0 ? duplicates : null,
      onShard: () => report(state),
      signal,
    });
    const description = await describeCorpus(pathToFileURL(shards).href, signal);
    const digest = await digestOf(shards);
    await report(state);
    // Who has taken the work over meanwhile may have written the folder already.
    signal?.throwIfAborted();
    await rm(folder, { recursive: true, force: true });
    await rename(shards, folder);
    return {
      ...description,
      digest,
      rejected: rejects.total,
      rejectedByCode: rejects.byCode,
      rejectedLines: rejects.first(),
    };
  } catch (error) {
    signal?.throwIfAborted();
    throw failureOf(error) ?? error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
