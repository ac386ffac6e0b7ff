import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { RunKind } from "./specs";

export type OpenRun = {
  id: string;
  name: string;
  kind: RunKind;
  state: "queued" | "running" | "failed";
  progress: { done: number; total: number };
};

/** Runs of a kind that have not ended, and those that failed lately and were not followed by a success. */
export async function listOpenRuns(actor: StudyActor, kinds: RunKind[]): Promise<OpenRun[]> {
  const rows = await database().run.findMany({
    where: { studyId: actor.studyId, kind: { in: kinds }, state: { in: ["queued", "running", "failed"] } },
    orderBy: { createdAt: "desc" },
    take: 10,
  });
  return rows.map((run) => ({
    id: run.id,
    name: run.name,
    kind: run.kind as RunKind,
    state: run.state as OpenRun["state"],
    progress: { done: run.progressDone, total: run.progressTotal },
  }));
}
