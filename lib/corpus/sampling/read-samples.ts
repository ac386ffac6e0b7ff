import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labelKept } from "@/lib/studies/kept-from";
import { type DrawView, drawDesignSchema, type SampleItem, type SampleSummary } from "../schema";

const include = {
  corpus: { select: { name: true } },
  draws: {
    orderBy: { number: "asc" },
    include: {
      parentDraw: { select: { number: true } },
      extendsDraw: { select: { number: true } },
      _count: { select: { rounds: true, labellingRuns: true } },
    },
  },
} satisfies Prisma.SampleInclude;

type Row = Prisma.SampleGetPayload<{ include: typeof include }>;
type Detail = Pick<SampleSummary, "drawn" | "strata">;

function viewDraw(draw: Row["draws"][number]): DrawView {
  return {
    id: draw.id,
    number: draw.number,
    design: drawDesignSchema.parse(draw.design),
    size: draw.size,
    parent: draw.parentDraw?.number ?? null,
    extends: draw.extendsDraw?.number ?? null,
    pending: draw.pending,
    rounds: draw._count.rounds,
    labellingRuns: draw._count.labellingRuns,
    createdAt: draw.createdAt.toISOString(),
  };
}

function summarise(sample: Row, number: number, detail: Detail): SampleSummary {
  const draws = sample.draws.map(viewDraw);
  const draw = draws.find((one) => one.number === number);
  if (!draw) throw notFound();
  return {
    id: sample.id,
    name: sample.name,
    corpusId: sample.corpusId,
    corpusName: sample.corpus.name,
    state: sample.state,
    draw: number,
    design: draw.design,
    seed: sample.seed,
    size: draw.size,
    ...detail,
    failureCode: sample.failureCode,
    createdAt: sample.createdAt.toISOString(),
    draws,
  };
}

/** Samples, newest first, each with its first draw; its strata are read with the sample itself. */
export async function listSamples(actor: StudyActor): Promise<SampleSummary[]> {
  const rows = await database().sample.findMany({
    where: { studyId: actor.studyId },
    include,
    orderBy: { createdAt: "desc" },
    take: 200,
  });
  const drawing = rows.filter(({ state }) => state === "drawing").flatMap(({ draws }) => draws.slice(0, 1));
  const counts = await Promise.all(drawing.map(({ id }) => database().drawItem.count({ where: { drawId: id } })));
  const drawn = new Map(drawing.map(({ id }, index) => [id, counts[index] ?? 0]));
  return rows.map((row) => {
    const [first] = row.draws;
    return summarise(row, 1, { drawn: (first && drawn.get(first.id)) ?? first?.size ?? 0, strata: [] });
  });
}

/** A sample with strata and progress of one of its draws. */
export async function readSample(actor: StudyActor, sampleId: string, number = 1): Promise<SampleSummary> {
  const row = await database().sample.findFirst({ where: { id: sampleId, studyId: actor.studyId }, include });
  const draw = row?.draws.find((one) => one.number === number);
  if (!row || !draw) throw notFound();
  const [strata, drawn] = await Promise.all([
    database().stratum.findMany({
      where: { drawId: draw.id },
      orderBy: { key: "asc" },
      select: { key: true, populationSize: true, sampleSize: true },
    }),
    database().drawItem.count({ where: { drawId: draw.id } }),
  ]);
  return summarise(row, number, { drawn, strata });
}

const pageSize = 25;

/**
 * A page of drawn documents in the order of the draw. Strata may be cut by LLM labels, so of documents on which the person
 * still decides neither the stratum is told nor the probability, which follows from it.
 */
export async function listSampleItems(
  actor: StudyActor,
  sampleId: string,
  after: number,
  number = 1,
): Promise<{ items: SampleItem[]; next: number | null }> {
  const sample = await database().sample.findFirst({ where: { id: sampleId, studyId: actor.studyId } });
  if (!sample) throw notFound();
  const items = await database().$queryRaw<SampleItem[]>`
    select item."id", d."position", item."documentId", item."text", item."characters", item."source",
      told."stratum", told."inclusionProbability",
      (select count(*)::int - 1 from "Item" other where other."sampleId" = item."sampleId"
        and other."duplicateGroup" = item."duplicateGroup") as "nearDuplicates"
    from "Draw" draw
    join "DrawItem" d on d."drawId" = draw."id"
    join "Item" item on item."id" = d."itemId"
    join "Stratum" stratum on stratum."id" = d."stratumId"
    left join lateral (select stratum."key" as "stratum", d."inclusionProbability" where not ${labelKept(actor)}) told on true
    where draw."sampleId" = ${sampleId}::uuid and draw."number" = ${number} and d."position" > ${after}
    order by d."position" limit ${pageSize + 1}`;
  const page = items.slice(0, pageSize);
  return { items: page, next: items.length > pageSize ? (page.at(-1)?.position ?? null) : null };
}
