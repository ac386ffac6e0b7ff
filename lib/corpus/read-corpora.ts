import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { viewImport } from "./import/view-import";
import { type CorpusDetail, type CorpusSummary, corpusDetailSchema } from "./schema";

const include = {
  _count: { select: { samples: true } },
  imports: { orderBy: { createdAt: "desc" }, take: 1 },
} satisfies Prisma.CorpusInclude;

function summarise(row: Prisma.CorpusGetPayload<{ include: typeof include }>): CorpusSummary {
  const [latest] = row.imports;
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    state: row.state,
    documents: row.documents,
    characters: Number(row.characters),
    bytes: Number(row.bytes),
    samples: row._count.samples,
    madeByRunId: row.madeByRunId,
    createdAt: row.createdAt.toISOString(),
    import: latest ? viewImport(latest, row.name) : null,
  };
}

export async function listCorpora(actor: StudyActor): Promise<CorpusSummary[]> {
  const rows = await database().corpus.findMany({
    where: { studyId: actor.studyId },
    include,
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: 500,
  });
  return rows.map(summarise);
}

export async function readCorpus(actor: StudyActor, corpusId: string): Promise<CorpusDetail> {
  const row = await database().corpus.findFirst({ where: { id: corpusId, studyId: actor.studyId }, include });
  if (!row) throw notFound();
  const { address, digest, lengthHistogram, sources, languages, duplicateTexts } = row;
  return corpusDetailSchema.parse({
    ...summarise(row),
    address,
    digest,
    lengthHistogram,
    sources,
    languages,
    duplicateTexts,
  });
}
