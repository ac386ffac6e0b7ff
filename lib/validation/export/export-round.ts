import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { writeDataCard } from "./data-card";
import { type ExportHead, readExportHead } from "./read-head";
import { readExportedRound } from "./read-round";
import { readExportRows } from "./read-rows";
import type { ExportFormat, ExportQuery } from "./schema";
import { writeCsvTable, writeDoccano, writeJsonLines, writeLabelStudio } from "./write-formats";
import { writeParquetTable } from "./write-parquet";

export type ExportedFile = { fileName: string; contentType: string; content: AsyncIterable<string | Uint8Array> };

const files: Record<ExportFormat, { ending: string; contentType: string }> = {
  jsonl: { ending: ".jsonl", contentType: "application/x-ndjson; charset=utf-8" },
  csv: { ending: ".csv", contentType: "text/csv; charset=utf-8" },
  parquet: { ending: ".parquet", contentType: "application/vnd.apache.parquet" },
  "label-studio": { ending: ".label-studio.json", contentType: "application/json; charset=utf-8" },
  doccano: { ending: ".doccano.jsonl", contentType: "application/x-ndjson; charset=utf-8" },
  "data-card": { ending: ".data-card.md", contentType: "text/markdown; charset=utf-8" },
};

/**
 * A round as a file, made while it is read: memory does not grow with the round. That somebody takes it out is kept in
 * the audit log before the first row leaves. Throws what `readExportHead` throws.
 */
export async function exportRound(
  actor: StudyActor,
  roundId: string,
  { format, language }: ExportQuery,
  signal?: AbortSignal,
): Promise<ExportedFile> {
  const head = await readExportHead(actor, roundId);
  const card = format === "data-card" ? await writeDataCard(actor, head, language) : null;
  const { ending, contentType } = files[format];
  const fileName = `${fileNameOf(head)}${ending}`;
  await inTransaction((transaction) =>
    recordAudit(transaction, actor, {
      action: "rounds.export",
      subject: "round",
      subjectId: roundId,
      detail: {
        format,
        fileName,
        interim: head.interim,
        items: head.round.items,
        decided: head.round.decided,
        late: head.round._count.lateDecisions,
      },
    }),
  );
  const content = card === null ? await contentOf(actor, head, format, signal) : once(card);
  return { fileName, contentType, content };
}

async function contentOf(actor: StudyActor, head: ExportHead, format: ExportFormat, signal?: AbortSignal) {
  const complete = format === "jsonl" || format === "csv" || format === "parquet";
  const rows = readExportRows(actor, head, complete ? await readExportedRound(head) : null);
  if (format === "csv") return writeCsvTable(rows);
  if (format === "parquet") return writeParquetTable(rows, signal);
  if (format === "label-studio") return writeLabelStudio(rows);
  if (format === "doccano") return writeDoccano(rows);
  return writeJsonLines(rows);
}

async function* once(text: string) {
  yield text;
}

/** Letters and digits of the round's name; an open round's file says that it is interim. */
function fileNameOf({ round, interim }: ExportHead): string {
  const name = round.name
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 80);
  return `${name || "round"}${interim ? "-interim" : ""}`;
}
