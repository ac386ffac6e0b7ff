import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { type AnnotationImportView, annotationImportSchema } from "./schema";

type Row = NonNullable<Awaited<ReturnType<typeof findRow>>>;

const findRow = (actor: StudyActor, importId: string) =>
  database().annotationImport.findFirst({ where: { id: importId, studyId: actor.studyId } });

export async function readAnnotationImport(actor: StudyActor, importId: string): Promise<AnnotationImportView> {
  const row = await findRow(actor, importId);
  if (!row) throw notFound();
  return viewOf(row);
}

/** The newest twenty, for whoever comes back to see what became of a file. */
export async function listAnnotationImports(actor: StudyActor): Promise<AnnotationImportView[]> {
  const rows = await database().annotationImport.findMany({
    where: { studyId: actor.studyId },
    orderBy: { createdAt: "desc" },
    take: 20,
  });
  return rows.map(viewOf);
}

function viewOf(row: Row): AnnotationImportView {
  return annotationImportSchema.parse({
    ...row,
    bytesTotal: Number(row.bytesTotal),
    bytesRead: Number(row.bytesRead),
    createdAt: row.createdAt.toISOString(),
  });
}
