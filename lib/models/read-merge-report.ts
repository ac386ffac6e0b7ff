import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import { readParquetRows } from "@/lib/platform/storage/parquet";
import type { StudyActor } from "@/lib/studies/actor";
import { type MergedTensor, mergedTensorSchema } from "./schema";

/** A report has one row a tensor; the largest models have a few thousand. */
const mostTensors = 20_000;

/** What a merge did to each tensor, in the order of the model's files. Throws `not_found`. */
export async function readMergeReport(actor: StudyActor, checkpointId: string): Promise<MergedTensor[]> {
  const checkpoint = await database().checkpoint.findFirst({
    where: { id: checkpointId, studyId: actor.studyId, kind: "merged" },
  });
  if (!checkpoint?.madeByRunId) throw notFound();
  const report = await database().artifact.findFirst({ where: { runId: checkpoint.madeByRunId, name: "report" } });
  if (!report) throw notFound();
  return readParquetRows(report.address, mergedTensorSchema, { limit: mostTensors });
}
