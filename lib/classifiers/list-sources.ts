import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { roundsDecidedIn } from "@/lib/studies/kept-from";

export type LabelSource = { id: string; name: string; labelled: number; drawId: string };

/** Rounds and labelling runs whose labels a classifier can learn from; none in which the person decides at the moment. */
export async function listLabelSources(
  actor: StudyActor,
): Promise<{ rounds: LabelSource[]; labellingRuns: LabelSource[] }> {
  const { studyId } = actor;
  const [rounds, runs] = await Promise.all([
    database().round.findMany({
      where: { studyId, state: { not: "draft" }, decided: { gt: 0 }, NOT: roundsDecidedIn(actor) },
      orderBy: { createdAt: "desc" },
      take: 100,
    }),
    database().labellingRun.findMany({
      where: { studyId, OR: [{ medical: { gt: 0 } }, { nonMedical: { gt: 0 } }] },
      include: { endpoint: { select: { name: true } }, draw: { select: { sample: { select: { name: true } } } } },
      orderBy: { createdAt: "desc" },
      take: 100,
    }),
  ]);
  return {
    rounds: rounds.map(({ id, name, decided, drawId }) => ({ id, name, labelled: decided, drawId })),
    labellingRuns: runs.map(({ id, endpoint, draw, medical, nonMedical, drawId }) => ({
      id,
      name: `${endpoint.name} · ${draw.sample.name}`,
      labelled: medical + nonMedical,
      drawId,
    })),
  };
}
