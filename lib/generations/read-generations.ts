import { spendingOf } from "@/lib/labelling/spending";
import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { type EndpointGenerationSummary, endpointParametersSchema } from "./schema";

/** What models behind endpoints are being asked, newest first; what is done is an answer set. */
export async function listOpenGenerations(actor: StudyActor): Promise<EndpointGenerationSummary[]> {
  const rows = await database().endpointGeneration.findMany({
    where: { studyId: actor.studyId, state: { in: ["queued", "running", "paused"] } },
    include: { endpoint: { select: { name: true, local: true } }, promptSet: { select: { name: true } } },
    orderBy: { createdAt: "desc" },
    take: 100,
  });
  return rows.map((row) => {
    const perSecond = row.done > 0 && row.activeMs > 0n ? row.done / (Number(row.activeMs) / 1000) : null;
    return {
      id: row.id,
      state: row.state,
      promptSetName: row.promptSet.name,
      endpointName: row.endpoint.name,
      local: row.endpoint.local,
      model: row.model,
      host: row.host,
      seed: row.seed,
      parameters: endpointParametersSchema.parse(row.parameters),
      total: row.total,
      done: row.done,
      spending: spendingOf(row),
      secondsLeft: perSecond && row.state === "running" ? (row.total - row.done) / perSecond : null,
      reason: row.failureCode,
      reasonDetail: row.failureDetail,
      createdAt: row.createdAt.toISOString(),
    };
  });
}
