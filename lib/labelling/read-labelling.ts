import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import { database, Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labelKept } from "@/lib/studies/kept-from";
import { type LabellingRunSummary, type LlmLabelRow, labellingParametersSchema, type outcomes } from "./schema";
import { labellingSpent, spendingOf } from "./spending";

const include = {
  endpoint: { select: { name: true, local: true } },
  prompt: { select: { version: true, language: true } },
  draw: { select: { sample: { select: { id: true, name: true } } } },
} satisfies Prisma.LabellingRunInclude;

type Row = Prisma.LabellingRunGetPayload<{ include: typeof include }>;

function summarise(run: Row): LabellingRunSummary {
  const spent = labellingSpent(run);
  const { done } = spent;
  const labelsPerSecond = done > 0 && run.activeMs > 0n ? done / (Number(run.activeMs) / 1000) : null;
  return {
    id: run.id,
    state: run.state,
    sampleId: run.draw.sample.id,
    sampleName: run.draw.sample.name,
    endpointName: run.endpoint.name,
    local: run.endpoint.local,
    model: run.model,
    promptId: run.promptId,
    promptLanguage: run.prompt.language === "en" ? "en" : "de",
    promptVersion: run.prompt.version,
    parameters: labellingParametersSchema.parse(run.parameters),
    total: run.total,
    medical: run.medical,
    nonMedical: run.nonMedical,
    unusable: run.unusable,
    spending: spendingOf(spent),
    labelsPerSecond,
    secondsLeft: labelsPerSecond && run.state === "running" ? (run.total - done) / labelsPerSecond : null,
    reason: run.failureCode,
    reasonDetail: run.failureDetail,
    createdAt: run.createdAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
  };
}

export async function listLabellingRuns(actor: StudyActor): Promise<LabellingRunSummary[]> {
  const rows = await database().labellingRun.findMany({
    where: { studyId: actor.studyId },
    include,
    orderBy: { createdAt: "desc" },
    take: 200,
  });
  return rows.map(summarise);
}

export async function readLabellingRun(actor: StudyActor, labellingRunId: string): Promise<LabellingRunSummary> {
  const row = await database().labellingRun.findFirst({
    where: { id: labellingRunId, studyId: actor.studyId },
    include,
  });
  if (!row) throw notFound();
  return summarise(row);
}

const pageSize = 50;
const triedDocuments = 10;
/** looked at for those, since none may be free in a large draw */
const lookedAt = 200;

/**
 * A page of labels in the order of the draw; the document's first 400 characters. What the person still decides on comes
 * without its label, and under no outcome.
 */
export async function listLlmLabels(
  actor: StudyActor,
  labellingRunId: string,
  query: { outcome?: (typeof outcomes)[number]; after?: number },
): Promise<{ labels: LlmLabelRow[]; next: number | null }> {
  const run = await database().labellingRun.findFirst({ where: { id: labellingRunId, studyId: actor.studyId } });
  if (!run) throw notFound();
  const rows = await database().$queryRaw<LlmLabelRow[]>`
    select l."itemId", d.position, left(item.text, 400) as text, shown.outcome::text as outcome, shown.probability,
           shown."rawAnswer", shown."latencyMs"
    from "DrawItem" d
    join "LlmLabel" l on l."itemId" = d."itemId" and l."labellingRunId" = ${labellingRunId}::uuid
    join "Item" item on item.id = d."itemId"
    left join lateral (select l.outcome, l.probability, l."rawAnswer", l."latencyMs" where not ${labelKept(actor)}) shown
      on true
    where d."drawId" = ${run.drawId}::uuid and d.position > ${query.after ?? -1}::int
      and ${query.outcome ? Prisma.sql`l.outcome = ${query.outcome}::"LlmOutcome" and shown.outcome is not null` : Prisma.sql`true`}
    order by d.position limit ${pageSize + 1}`;
  const labels = rows.slice(0, pageSize);
  return { labels, next: rows.length > pageSize ? (labels.at(-1)?.position ?? null) : null };
}

/** What can be labelled, and documents of it to try a prompt on: none whose label is kept from the person. */
export async function listDraws(
  actor: StudyActor,
): Promise<{ id: string; name: string; size: number; tryItems: string[] }[]> {
  const draws = await database().draw.findMany({
    where: usableDraw(actor.studyId),
    include: {
      sample: { select: { name: true } },
    },
    orderBy: { createdAt: "desc" },
    take: 100,
  });
  const tried = await database().$queryRaw<{ drawId: string; itemId: string }[]>`
    select draw."id" as "drawId", first."itemId"
    from unnest(${draws.map(({ id }) => id)}::uuid[]) draw("id")
    cross join lateral (
      select d."itemId", d."position" from "DrawItem" d join "Item" item on item."id" = d."itemId"
      where d."drawId" = draw."id" and d."position" < ${lookedAt} and not ${labelKept(actor)}
      order by d."position" limit ${triedDocuments}
    ) first
    order by first."position"`;
  return draws.map((draw) => ({
    id: draw.id,
    name: draw.number === 1 ? draw.sample.name : `${draw.sample.name} (${draw.number})`,
    size: draw.size,
    tryItems: tried.filter(({ drawId }) => drawId === draw.id).map(({ itemId }) => itemId),
  }));
}
