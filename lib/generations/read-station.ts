import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";

/** How many checkpoints have answered. */
export async function readAnswersStation(actor: StudyActor): Promise<Station> {
  const { studyId } = actor;
  const [sets, run, asked] = await Promise.all([
    database().answerSet.count({ where: { studyId } }),
    database().run.findFirst({ where: { studyId, kind: "generate" }, orderBy: { createdAt: "desc" } }),
    database().endpointGeneration.count({ where: { studyId, state: { in: ["queued", "running", "paused"] } } }),
  ]);
  const active = asked > 0 || run?.state === "queued" || run?.state === "running";
  const state = active ? "active" : sets > 0 ? "done" : run?.state === "failed" ? "failed" : "empty";
  return { state, figure: sets > 0 ? { name: "answerSets", kind: "count", count: sets } : null, href: "/answers" };
}
