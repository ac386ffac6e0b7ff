import { database } from "@/lib/platform/database/client";
import { labelledDraws } from "./labelled-draws";

/** The labelling run whose labels a round's documents are shown with: the newest of them (labelledDraws) that came to its end. */
export async function readLabellingChoice(round: { drawId: string }): Promise<string | null> {
  const run = await database().labellingRun.findFirst({
    where: { drawId: { in: await labelledDraws(round.drawId) }, state: "succeeded" },
    orderBy: { createdAt: "desc" },
    select: { id: true },
  });
  return run?.id ?? null;
}
