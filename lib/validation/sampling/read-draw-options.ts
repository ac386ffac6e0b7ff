import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";

/** By whose labels a subsample can be stratified, and which rounds can improve its allocation; newest first. */
export async function readDrawOptions(actor: StudyActor, sampleId: string) {
  const { studyId } = actor;
  const [runs, rounds] = await Promise.all([
    database().labellingRun.findMany({
      where: {
        studyId,
        draw: { sampleId },
        state: { notIn: ["queued", "running"] },
        OR: [{ medical: { gt: 0 } }, { nonMedical: { gt: 0 } }, { unusable: { gt: 0 } }],
      },
      include: { prompt: { select: { language: true, version: true } } },
      orderBy: { createdAt: "desc" },
      take: 50,
    }),
    database().round.findMany({
      where: { studyId, draw: { sampleId }, decided: { gt: 0 } },
      orderBy: { createdAt: "desc" },
      take: 50,
      select: { id: true, name: true, decided: true },
    }),
  ]);
  return {
    labellings: runs.map(({ id, model, prompt, createdAt }) => ({
      id,
      name: `${model} · ${prompt.language} ${prompt.version}`,
      createdAt: createdAt.toISOString(),
    })),
    rounds,
  };
}
