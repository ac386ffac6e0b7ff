import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { maxRejectsKept } from "../limits";
import { type RejectCode, type RejectedLineView, rejectedLineSchema } from "../schema";
import { readImport } from "./read-import";

const pageSize = 50;

/** A page of refused lines after a line number. */
export async function listRejects(
  actor: StudyActor,
  importId: string,
  query: { code?: RejectCode; after: number },
): Promise<{ lines: RejectedLineView[]; next: number | null }> {
  const lines = await read(actor, importId, query, pageSize + 1);
  const page = lines.slice(0, pageSize);
  return { lines: page, next: lines.length > pageSize ? (page.at(-1)?.line ?? null) : null };
}

/** All refused lines that were kept, as CSV (RFC 4180). */
export async function rejectsAsCsv(
  actor: StudyActor,
  importId: string,
  query: { code?: RejectCode },
): Promise<{ fileName: string; csv: string }> {
  const { fileName } = await readImport(actor, importId);
  const lines = await read(actor, importId, { ...query, after: 0 }, maxRejectsKept);
  const rows = lines.map(({ line, code, excerpt }) => [String(line), code, excerpt].map(csvCell).join(","));
  return { fileName: `${fileName}.rejects.csv`, csv: `${["line,code,excerpt", ...rows].join("\r\n")}\r\n` };
}

async function read(actor: StudyActor, importId: string, query: { code?: RejectCode; after: number }, take: number) {
  const rows = await database().rejectedLine.findMany({
    where: { importId, import: { corpus: { studyId: actor.studyId } }, line: { gt: query.after }, code: query.code },
    orderBy: { line: "asc" },
    take,
  });
  return rows.map(({ line, code, excerpt }) => rejectedLineSchema.parse({ line: Number(line), code, excerpt }));
}

/** Quoted; what a spreadsheet would take for a formula is marked as text. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
