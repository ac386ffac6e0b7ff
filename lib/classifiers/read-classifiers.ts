import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { curveOf, inspectAt, type TestDocument, type TestStratum } from "./inspect";
import type { ClassifierDetail, ClassifierSummary, Inspection, ScoredDocument } from "./schema";

const include = { labelSet: { select: { id: true, source: true } } } satisfies Prisma.ClassifierInclude;
type Row = Prisma.ClassifierGetPayload<{ include: typeof include }>;

type TestSet = { documents: TestDocument[]; strata: TestStratum[]; byPeople: boolean };

/** The test part with the strata of its draw; the weight of a stratum is its size in the corpus. */
async function readTestSet(classifierId: string): Promise<TestSet> {
  const rows = await database().$queryRaw<(TestDocument & { byPeople: boolean; populationSize: number })[]>`
    select score."score", item."medical", item."stratumId", item."byPeople", stratum."populationSize"
    from "ClassifierScore" score
    join "Classifier" classifier on classifier."id" = score."classifierId"
    join "LabelSetItem" item on item."labelSetId" = classifier."labelSetId" and item."itemId" = score."itemId"
    join "Stratum" stratum on stratum."id" = item."stratumId"
    where score."classifierId" = ${classifierId}::uuid and score."role" = 'test'`;
  const strata = new Map(rows.map(({ stratumId, populationSize }) => [stratumId, populationSize]));
  return {
    documents: rows.map(({ score, medical, stratumId }) => ({ score, medical, stratumId })),
    strata: [...strata].map(([id, weight]) => ({ id, weight })),
    byPeople: rows.length > 0 && rows.every((row) => row.byPeople),
  };
}

async function countRoles(labelSetIds: string[]) {
  const counts = await database().labelSetItem.groupBy({
    by: ["labelSetId", "role"],
    where: { labelSetId: { in: labelSetIds } },
    _count: true,
  });
  return (labelSetId: string, role: "train" | "tune" | "test") =>
    counts.find((count) => count.labelSetId === labelSetId && count.role === role)?._count ?? 0;
}

async function summarise(row: Row, inspection: Inspection, byPeople: boolean): Promise<ClassifierSummary> {
  const count = await countRoles([row.labelSetId]);
  const { precision = null, recall = null, f1 = null } = inspection.figures;
  return {
    id: row.id,
    name: row.name,
    source: row.labelSet.source,
    threshold: row.threshold,
    thresholdReason: row.thresholdReason,
    runId: row.madeByRunId,
    labelSetId: row.labelSetId,
    documents: {
      train: count(row.labelSetId, "train"),
      tune: count(row.labelSetId, "tune"),
      test: count(row.labelSetId, "test"),
    },
    judgedByPeople: byPeople,
    precision,
    recall,
    f1,
    createdAt: row.createdAt.toISOString(),
  };
}

export async function listClassifiers(actor: StudyActor): Promise<ClassifierSummary[]> {
  const rows = await database().classifier.findMany({
    where: { studyId: actor.studyId },
    include,
    orderBy: { createdAt: "desc" },
    take: 50,
  });
  return Promise.all(
    rows.map(async (row) => {
      const test = await readTestSet(row.id);
      return summarise(row, inspectAt(row.threshold, test.documents, test.strata), test.byPeople);
    }),
  );
}

async function findClassifier(actor: StudyActor, classifierId: string): Promise<Row> {
  const row = await database().classifier.findFirst({ where: { id: classifierId, studyId: actor.studyId }, include });
  if (!row) throw notFound();
  return row;
}

export async function readClassifier(actor: StudyActor, classifierId: string): Promise<ClassifierDetail> {
  const row = await findClassifier(actor, classifierId);
  const test = await readTestSet(row.id);
  const inspection = inspectAt(row.threshold, test.documents, test.strata);
  const bins = 20;
  const histogram = Array.from({ length: bins }, (_, index) => ({
    from: index / bins,
    to: (index + 1) / bins,
    medical: 0,
    nonMedical: 0,
  }));
  for (const { score, medical } of test.documents) {
    const bin = histogram[Math.min(bins - 1, Math.floor(score * bins))];
    if (bin) bin[medical ? "medical" : "nonMedical"] += 1;
  }
  return {
    ...(await summarise(row, inspection, test.byPeople)),
    inspection,
    curve: curveOf(test.documents, test.strata),
    histogram,
  };
}

/** The figures at any threshold, for trying one before choosing it. */
export async function inspectClassifier(
  actor: StudyActor,
  classifierId: string,
  threshold: number,
): Promise<Inspection> {
  const row = await findClassifier(actor, classifierId);
  const test = await readTestSet(row.id);
  return inspectAt(threshold, test.documents, test.strata);
}

const pageSize = 20;

/** Test documents that were called wrongly at a threshold, the most confident mistakes first. */
export async function listErrors(
  actor: StudyActor,
  classifierId: string,
  query: { kind: "false-positive" | "false-negative"; threshold?: number; offset?: number },
): Promise<{ documents: ScoredDocument[]; next: number | null }> {
  const row = await findClassifier(actor, classifierId);
  const threshold = query.threshold ?? row.threshold;
  const falsePositive = query.kind === "false-positive";
  const offset = query.offset ?? 0;
  const documents = await database().$queryRaw<ScoredDocument[]>`
    select score."itemId", document."documentId", document."text", score."score", item."medical"
    from "ClassifierScore" score
    join "LabelSetItem" item on item."labelSetId" = ${row.labelSetId}::uuid and item."itemId" = score."itemId"
    join "Item" document on document."id" = score."itemId"
    where score."classifierId" = ${row.id}::uuid and score."role" = 'test' and item."medical" = ${!falsePositive}
      and (score."score" >= ${threshold}) = ${falsePositive}
    order by abs(score."score" - ${threshold}) desc, score."itemId"
    offset ${offset} limit ${pageSize + 1}`;
  return {
    documents: documents.slice(0, pageSize),
    next: documents.length > pageSize ? offset + pageSize : null,
  };
}
