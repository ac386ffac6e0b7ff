import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";

async function stationOf(
  actor: StudyActor,
  station: { runKind: string; checkpointKind: "pretrained" | "merged"; figure: string; href: string },
): Promise<Station> {
  const { studyId } = actor;
  const [count, newest] = await Promise.all([
    database().checkpoint.count({ where: { studyId, kind: station.checkpointKind, archivedAt: null } }),
    database().run.findFirst({ where: { studyId, kind: station.runKind }, orderBy: { createdAt: "desc" } }),
  ]);
  const active = newest?.state === "queued" || newest?.state === "running";
  const state = active ? "active" : count > 0 ? "done" : newest?.state === "failed" ? "failed" : "empty";
  return { state, figure: count > 0 ? { name: station.figure, kind: "count", count } : null, href: station.href };
}

export const readPretrainingStation = (actor: StudyActor) =>
  stationOf(actor, { runKind: "pretrain", checkpointKind: "pretrained", figure: "pretrained", href: "/pretraining" });

export const readMergesStation = (actor: StudyActor) =>
  stationOf(actor, { runKind: "merge", checkpointKind: "merged", figure: "merged", href: "/merges" });
