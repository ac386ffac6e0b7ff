import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";

/** The newest run that gave labels, or that is on its way. */
export async function readLabellingStation(actor: StudyActor): Promise<Station> {
  const run = await database().labellingRun.findFirst({
    where: { studyId: actor.studyId, state: { not: "cancelled" } },
    orderBy: { createdAt: "desc" },
  });
  if (!run) return { state: "empty", figure: null, href: "/labelling" };
  const done = run.medical + run.nonMedical + run.unusable;
  return {
    state: run.state === "succeeded" ? "done" : run.state === "failed" ? "failed" : "active",
    figure: { name: "labelled", kind: "share", done, total: run.total },
    href: `/labelling/${run.id}`,
  };
}
