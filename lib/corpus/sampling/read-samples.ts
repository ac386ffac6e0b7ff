import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { type SampleItem, type SampleSummary, sampleDesignSchema } from "../schema";

const include = {
  corpus: { select: { name: true } },
  draws: {
    where: { number: 1 },
    include: { strata: { orderBy: { key: "asc" } }, _count: { select: { items: true } } },
  },
} satisfies Prisma.SampleInclude;

function summarise(sample: Prisma.SampleGetPayload<{ include: typeof include }>): SampleSummary {
  const [draw] = sample.draws;
  if (!draw) throw new Error(`sample ${sample.id} has no draw`);
  return {
    id: sample.id,
    name: sample.name,
    corpusId: sample.corpusId,
    corpusName: sample.corpus.name,
    state: sample.state,
    design: sampleDesignSchema.parse(draw.design),
    seed: sample.seed,
    size: draw.size,
    drawn: draw._count.items,
    strata: draw.strata.map(({ key, populationSize, sampleSize }) => ({ key, populationSize, sampleSize })),
    failureCode: sample.failureCode,
    createdAt: sample.createdAt.toISOString(),
  };
}

export async function listSamples(actor: StudyActor): Promise<SampleSummary[]> {
  const rows = await database().sample.findMany({
    where: { studyId: actor.studyId },
    include,
    orderBy: { createdAt: "desc" },
    take: 200,
  });
  return rows.map(summarise);
}

export async function readSample(actor: StudyActor, sampleId: string): Promise<SampleSummary> {
  const row = await database().sample.findFirst({ where: { id: sampleId, studyId: actor.studyId }, include });
  if (!row) throw notFound();
  return summarise(row);
}

const pageSize = 25;

/** A page of drawn documents in the order of the draw. */
export async function listSampleItems(
  actor: StudyActor,
  sampleId: string,
  after: number,
): Promise<{ items: SampleItem[]; next: number | null }> {
  const sample = await database().sample.findFirst({ where: { id: sampleId, studyId: actor.studyId } });
  if (!sample) throw notFound();
  const items = await database().$queryRaw<SampleItem[]>`
    select item."id", d."position", item."documentId", item."text", item."characters", item."source",
      stratum."key" as "stratum", d."inclusionProbability",
      (select count(*)::int - 1 from "Item" other where other."sampleId" = item."sampleId"
        and other."duplicateGroup" = item."duplicateGroup") as "nearDuplicates"
    from "Draw" draw
    join "DrawItem" d on d."drawId" = draw."id"
    join "Item" item on item."id" = d."itemId"
    join "Stratum" stratum on stratum."id" = d."stratumId"
    where draw."sampleId" = ${sampleId}::uuid and draw."number" = 1 and d."position" > ${after}
    order by d."position" limit ${pageSize + 1}`;
  const page = items.slice(0, pageSize);
  return { items: page, next: items.length > pageSize ? (page.at(-1)?.position ?? null) : null };
}
