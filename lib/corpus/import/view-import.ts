import type { CorpusImport } from "@/lib/platform/database/generated/client";
import { secondsLeft } from "../rules";
import { type ImportView, importSchema } from "../schema";

/** An import as people see it. */
export function viewImport(row: CorpusImport, corpusName: string, now: number = Date.now()): ImportView {
  const bytesRead = Number(row.bytesRead);
  const bytesTotal = Number(row.bytesTotal);
  const elapsedSeconds = row.startedAt ? (now - row.startedAt.getTime()) / 1000 : 0;
  return importSchema.parse({
    id: row.id,
    corpusId: row.corpusId,
    corpusName,
    state: row.state,
    fileName: row.fileName,
    columns: row.columns,
    bytesTotal,
    bytesRead,
    documents: row.documents,
    rejected: row.rejected,
    rejectedByCode: row.rejectedByCode,
    failureCode: row.failureCode,
    failureDetail: row.failureDetail,
    secondsLeft: row.state === "running" ? secondsLeft({ elapsedSeconds, done: bytesRead, total: bytesTotal }) : null,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
  });
}
