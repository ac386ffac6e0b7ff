import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
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

/** A page of labels in the order of the draw; the document's first 400 characters. */
export async function listLlmLabels(
  actor: StudyActor,
  labellingRunId: string,
  query: { outcome?: (typeof outcomes)[number]; after?: number },
): Promise<{ labels: LlmLabelRow[]; next: number | null }> {
  const run = await database().labellingRun.findFirst({ where: { id: labellingRunId, studyId: actor.studyId } });
  if (!run) throw notFound();
  const rows = await database().$queryRaw<LlmLabelRow[]>`
    select l."itemId", d.position, left(i.text, 400) as text, l.outcome::text as outcome, l.probability,
           l."rawAnswer", l."latencyMs"
    from "DrawItem" d
    join "LlmLabel" l on l."itemId" = d."itemId" and l."labellingRunId" = ${labellingRunId}::uuid
    join "Item" i on i.id = d."itemId"
    where d."drawId" = ${run.drawId}::uuid and d.position > ${query.after ?? -1}::int
      and (${query.outcome ?? null}::text is null or l.outcome::text = ${query.outcome ?? null}::text)
    order by d.position limit ${pageSize + 1}`;
  const labels = rows.slice(0, pageSize);
  return { labels, next: rows.length > pageSize ? (labels.at(-1)?.position ?? null) : null };
}

/** What can be labelled, and documents of it to try a prompt on. */
export async function listDraws(
  actor: StudyActor,
): Promise<{ id: string; name: string; size: number; tryItems: string[] }[]> {
  const draws = await database().draw.findMany({
    where: usableDraw(actor.studyId),
    include: {
      sample: { select: { name: true } },
      items: { orderBy: { position: "asc" }, take: 10, select: { itemId: true } },
    },
    orderBy: { createdAt: "desc" },
    take: 100,
  });
  return draws.map((draw) => ({
    id: draw.id,
    name: draw.number === 1 ? draw.sample.name : `${draw.sample.name} (${draw.number})`,
    size: draw.size,
    tryItems: draw.items.map((item) => item.itemId),
  }));
}
