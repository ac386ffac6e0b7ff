import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";

/** Corpora to train on: filtered ones first, newest first. */
export async function listTrainingCorpora(
  actor: StudyActor,
): Promise<{ id: string; name: string; documents: number; filtered: boolean }[]> {
  const rows = await database().corpus.findMany({
    where: { studyId: actor.studyId, state: "ready", documents: { gt: 0 } },
    orderBy: { createdAt: "desc" },
    select: { id: true, name: true, documents: true, madeByRunId: true },
    take: 200,
  });
  return rows
    .map(({ madeByRunId, ...corpus }) => ({ ...corpus, filtered: madeByRunId !== null }))
    .sort((a, b) => Number(b.filtered) - Number(a.filtered));
}
