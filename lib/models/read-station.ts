import { z } from "zod";
import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";

async function stationOf(
  actor: StudyActor,
  station: { runKind: "pretrain" | "merge"; checkpointKind: "pretrained" | "merged"; href: string },
  figureOf: (summary: unknown) => Station["figure"],
): Promise<Station> {
  const { studyId } = actor;
  const { href } = station;
  const [checkpoint, newest] = await Promise.all([
    database().checkpoint.findFirst({
      where: { studyId, kind: station.checkpointKind, archivedAt: null },
      orderBy: { createdAt: "desc" },
    }),
    database().run.findFirst({ where: { studyId, kind: station.runKind }, orderBy: { createdAt: "desc" } }),
  ]);
  const active = newest?.state === "queued" || newest?.state === "running";
  if (!checkpoint)
    return { state: active ? "active" : newest?.state === "failed" ? "failed" : "empty", figure: null, href };
  const run =
    checkpoint.madeByRunId === null
      ? null
      : await database().run.findFirst({ where: { studyId, id: checkpoint.madeByRunId }, select: { summary: true } });
  return { state: active ? "active" : "done", figure: figureOf(run?.summary), href };
}

const one = (name: string): Station["figure"] => ({ name, kind: "count", count: 1 });
const lossSchema = z.object({ heldOutLossBefore: z.number(), heldOutLossAfter: z.number() });
const mergeSchema = z.object({ tensors: z.number() });

/** The newest checkpoint's loss on held-out documents, before and after. */
export const readPretrainingStation = (actor: StudyActor) =>
  stationOf(actor, { runKind: "pretrain", checkpointKind: "pretrained", href: "/pretraining" }, (summary) => {
    const { data } = lossSchema.safeParse(summary);
    if (!data) return one("pretrained");
    return { name: "heldOutLoss", kind: "change", before: data.heldOutLossBefore, after: data.heldOutLossAfter };
  });

/** How many tensors the newest merge brought together. */
export const readMergesStation = (actor: StudyActor) =>
  stationOf(actor, { runKind: "merge", checkpointKind: "merged", href: "/merges" }, (summary) => {
    const { data } = mergeSchema.safeParse(summary);
    return data ? { name: "mergedTensors", kind: "count", count: data.tensors } : one("merged");
  });
