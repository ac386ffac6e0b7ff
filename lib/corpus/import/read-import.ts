import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { ImportView } from "../schema";
import { viewImport } from "./view-import";

export async function readImport(actor: StudyActor, importId: string): Promise<ImportView> {
  const row = await database().corpusImport.findFirst({
    where: { id: importId, corpus: { studyId: actor.studyId } },
    include: { corpus: { select: { name: true } } },
  });
  if (!row) throw notFound();
  return viewImport(row, row.corpus.name);
}
