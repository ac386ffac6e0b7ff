import { database, type Prisma } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labelKept } from "@/lib/studies/kept-from";
import { calibrationOf, curveOf, inspectAt, type TestCount, type TestDocument, type TestStratum } from "./inspect";
import type { ClassifierDetail, ClassifierSummary, Inspection, ScoredDocument } from "./schema";

const include = { labelSet: { select: { id: true, source: true } } } satisfies Prisma.ClassifierInclude;
type Row = Prisma.ClassifierGetPayload<{ include: typeof include }>;

type StratumOfDraw = {
  id: string;
  weight: number;
  phaseOneId: string | null;
  phaseOneSize: number | null;
  convenience: boolean;
};

/**
 * The strata of the draw that the test documents come from, also those of which none became a test document: their part of
 * the corpus is not to be left out. A stratum's weight is the documents of the corpus that it stands for; one of a second
 * phase stands for a part of the first phase's. Null of a convenience sample.
 */
async function readStrata(classifierId: string): Promise<TestStratum[] | null> {
  const rows = await database().$queryRaw<StratumOfDraw[]>`
    select stratum."id",
      stratum."populationSize" * coalesce(phase."populationSize"::double precision / phase."sampleSize", 1) as "weight",
      phase."id" as "phaseOneId", phase."sampleSize" as "phaseOneSize",
      coalesce(draw."design"->>'kind' = 'convenience', false) as "convenience"
    from "Stratum" stratum
    join "Draw" draw on draw."id" = stratum."drawId"
    left join "Stratum" phase on phase."id" = stratum."phaseOneStratumId"
    where stratum."populationSize" > 0 and stratum."drawId" in (
      select tested."drawId" from "ClassifierScore" score
      join "Classifier" classifier on classifier."id" = score."classifierId"
      join "LabelSetItem" item on item."labelSetId" = classifier."labelSetId" and item."itemId" = score."itemId"
      join "Stratum" tested on tested."id" = item."stratumId"
      where score."classifierId" = ${classifierId}::uuid and score."role" = 'test')`;
  if (rows.some(({ convenience }) => convenience)) return null;
  return rows.map(({ id, weight, phaseOneId, phaseOneSize }) => ({
    id,
    weight,
    phaseOne: phaseOneId && phaseOneSize ? { id: phaseOneId, size: phaseOneSize } : null,
  }));
}

type CountedTest = { counts: (TestCount & { byPeople: boolean })[]; strata: TestStratum[] | null };

const mostRemembered = 200;
/** By classifier and threshold. Scores, label sets and strata are frozen, so that a count stays true for ever. */
const remembered = new Map<string, Promise<CountedTest>>();

function countTestOnce(classifierId: string, threshold: number): Promise<CountedTest> {
  const key = `${classifierId} ${threshold}`;
  const known = remembered.get(key);
  if (known) return known;
  const counted = countTest(classifierId, threshold);
  counted.catch(() => remembered.delete(key));
  const [oldest] = remembered.keys();
  if (oldest !== undefined && remembered.size >= mostRemembered) remembered.delete(oldest);
  remembered.set(key, counted);
  return counted;
}

/** The database counts, so that ten thousand test documents cost what a hundred cost. */
async function countTest(classifierId: string, threshold: number): Promise<CountedTest> {
  const [counts, strata] = await Promise.all([
    database().$queryRaw<CountedTest["counts"]>`
      select item."stratumId", item."medical", score."score" >= ${threshold} as "called",
        count(*)::int as "count", bool_and(item."byPeople") as "byPeople"
      from "ClassifierScore" score
      join "Classifier" classifier on classifier."id" = score."classifierId"
      join "LabelSetItem" item on item."labelSetId" = classifier."labelSetId" and item."itemId" = score."itemId"
      where score."classifierId" = ${classifierId}::uuid and score."role" = 'test'
      group by 1, 2, 3`,
    readStrata(classifierId),
  ]);
  return { counts, strata };
}

/** The figures at a threshold. */
async function inspectTest(
  classifierId: string,
  threshold: number,
): Promise<{ inspection: Inspection; byPeople: boolean }> {
  const { counts, strata } = await countTestOnce(classifierId, threshold);
  return {
    inspection: inspectAt(threshold, counts, strata),
    byPeople: counts.length > 0 && counts.every(({ byPeople }) => byPeople),
  };
}

async function readTestDocuments(
  classifierId: string,
): Promise<{ documents: TestDocument[]; strata: TestStratum[] | null }> {
  const [documents, strata] = await Promise.all([
    database().$queryRaw<TestDocument[]>`
      select score."score", item."medical", item."stratumId"
      from "ClassifierScore" score
      join "Classifier" classifier on classifier."id" = score."classifierId"
      join "LabelSetItem" item on item."labelSetId" = classifier."labelSetId" and item."itemId" = score."itemId"
      where score."classifierId" = ${classifierId}::uuid and score."role" = 'test'`,
    readStrata(classifierId),
  ]);
  return { documents, strata };
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

type CountRoles = Awaited<ReturnType<typeof countRoles>>;

function summarise(row: Row, inspection: Inspection, byPeople: boolean, count: CountRoles): ClassifierSummary {
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
  const count = await countRoles(rows.map((row) => row.labelSetId));
  return Promise.all(
    rows.map(async (row) => {
      const { inspection, byPeople } = await inspectTest(row.id, row.threshold);
      return summarise(row, inspection, byPeople, count);
    }),
  );
}

/** The newest classifier and its F1, for the study home. */
export async function readNewestF1(
  actor: StudyActor,
): Promise<Pick<ClassifierSummary, "id" | "f1" | "judgedByPeople"> | null> {
  const newest = await database().classifier.findFirst({
    where: { studyId: actor.studyId },
    orderBy: { createdAt: "desc" },
  });
  if (!newest) return null;
  const { inspection, byPeople } = await inspectTest(newest.id, newest.threshold);
  return { id: newest.id, f1: inspection.figures.f1 ?? null, judgedByPeople: byPeople };
}

async function findClassifier(actor: StudyActor, classifierId: string): Promise<Row> {
  const row = await database().classifier.findFirst({ where: { id: classifierId, studyId: actor.studyId }, include });
  if (!row) throw notFound();
  return row;
}

export async function readClassifier(actor: StudyActor, classifierId: string): Promise<ClassifierDetail> {
  const row = await findClassifier(actor, classifierId);
  const [test, { inspection, byPeople }, count] = await Promise.all([
    readTestDocuments(row.id),
    inspectTest(row.id, row.threshold),
    countRoles([row.labelSetId]),
  ]);
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
    ...summarise(row, inspection, byPeople, count),
    inspection,
    curve: curveOf(test.documents, test.strata),
    calibration: calibrationOf(test.documents, test.strata),
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
  return (await inspectTest(row.id, threshold)).inspection;
}

const pageSize = 20;

/**
 * Test documents that were called wrongly at a threshold, the most confident mistakes first. Whatever is listed tells its
 * label, so those on which the person still decides are left out; `kept` tells, with the first page, that there are some in the test
 * part.
 */
export async function listErrors(
  actor: StudyActor,
  classifierId: string,
  query: { kind: "false-positive" | "false-negative"; threshold?: number; offset?: number },
): Promise<{ documents: ScoredDocument[]; next: number | null; kept: boolean }> {
  const row = await findClassifier(actor, classifierId);
  const threshold = query.threshold ?? row.threshold;
  const falsePositive = query.kind === "false-positive";
  const offset = query.offset ?? 0;
  const documents = await database().$queryRaw<ScoredDocument[]>`
    select score."itemId", item."documentId", item."text", score."score", labelled."medical"
    from "ClassifierScore" score
    join "LabelSetItem" labelled on labelled."labelSetId" = ${row.labelSetId}::uuid and labelled."itemId" = score."itemId"
    join "Item" item on item."id" = score."itemId"
    where score."classifierId" = ${row.id}::uuid and score."role" = 'test' and labelled."medical" = ${!falsePositive}
      and (score."score" >= ${threshold}) = ${falsePositive} and not ${labelKept(actor)}
    order by abs(score."score" - ${threshold}) desc, score."itemId"
    offset ${offset} limit ${pageSize + 1}`;
  return {
    documents: documents.slice(0, pageSize),
    next: documents.length > pageSize ? offset + pageSize : null,
    kept: offset === 0 && (await someKept(actor, row.id)),
  };
}

async function someKept(actor: StudyActor, classifierId: string): Promise<boolean> {
  const [{ kept } = { kept: false }] = await database().$queryRaw<{ kept: boolean }[]>`
    select exists (select 1 from "ClassifierScore" score join "Item" item on item."id" = score."itemId"
      where score."classifierId" = ${classifierId}::uuid and score."role" = 'test' and ${labelKept(actor)}) as "kept"`;
  return kept;
}
