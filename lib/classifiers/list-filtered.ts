import { z } from "zod";
import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";

const summarySchema = z.object({ documents: z.number().nullish(), keptTokens: z.number().nullish() });
const specSchema = z.object({ parameters: z.object({ threshold: z.number() }) });

/** Corpora that classify-corpus runs made, with what the run saw and kept. */
export async function listFilteredCorpora(actor: StudyActor) {
  const corpora = await database().corpus.findMany({
    where: { studyId: actor.studyId, madeByRunId: { not: null } },
    orderBy: { createdAt: "desc" },
    take: 100,
  });
  const runs = await database().run.findMany({
    where: { id: { in: corpora.flatMap(({ madeByRunId }) => (madeByRunId ? [madeByRunId] : [])) } },
    include: { edges: { where: { kind: "classifier" } } },
  });
  const classifiers = await database().classifier.findMany({
    where: { id: { in: runs.flatMap(({ edges }) => edges.map(({ targetId }) => targetId)) } },
    select: { id: true, name: true },
  });
  return corpora.map((corpus) => {
    const run = runs.find(({ id }) => id === corpus.madeByRunId);
    const summary = summarySchema.safeParse(run?.summary).data;
    return {
      id: corpus.id,
      name: corpus.name,
      documents: corpus.documents,
      runId: corpus.madeByRunId,
      classifierName: classifiers.find(({ id }) => id === run?.edges[0]?.targetId)?.name ?? null,
      threshold: specSchema.safeParse(run?.spec).data?.parameters.threshold ?? null,
      seen: summary?.documents ?? null,
      keptTokens: summary?.keptTokens ?? null,
      createdAt: corpus.createdAt.toISOString(),
    };
  });
}
