import { beforeAll, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { inspectClassifier, listClassifiers, readClassifier } from "./read-classifiers";
import { readClassifiersStation } from "./read-station";

useTestDatabase();

/** Test documents of one stratum: so many with this score and label. */
const kinds = [
  { score: 0.9, medical: true, count: 30 },
  { score: 0.6, medical: false, count: 5 },
  { score: 0.5, medical: true, count: 1 },
  { score: 0.1, medical: false, count: 60 },
  { score: 0.2, medical: true, count: 4 },
];

let actor: StudyActor;
let classifierId: string;

beforeAll(async () => {
  actor = await makeMember(await makeStudy(), "researcher");
  const { studyId } = actor;
  const corpus = await database().corpus.create({ data: { studyId, name: "Corpus", address: "store:corpora/test" } });
  const sample = await database().sample.create({ data: { studyId, corpusId: corpus.id, name: "Sample", seed: 1 } });
  const draw = await database().draw.create({ data: { sampleId: sample.id, number: 1, design: {}, size: 120 } });
  const { id: stratumId } = await database().stratum.create({
    data: { drawId: draw.id, key: "all", populationSize: 1000, sampleSize: 120 },
  });
  const tested = kinds.flatMap(({ count, ...kind }) => Array.from({ length: count }, () => kind));
  const items = [...tested, ...Array.from({ length: 20 }, () => null)].map((test) => ({ id: newId(), test }));
  await database().item.createMany({
    data: items.map(({ id }, row) => ({
      ...{ id, sampleId: sample.id, documentId: id, text: "Text", textHash: "", characters: 4, duplicateGroup: id },
      ...{ originFile: "part-00000.parquet", originRow: row, permanentRandom: row / 120 },
    })),
  });
  const set = await database().labelSet.create({
    data: { studyId, name: "Labels", source: "people", seed: 1, tuneShare: 0, testShare: 0.8, address: "store:labels" },
  });
  await database().labelSetItem.createMany({
    data: items.map(({ id, test }) => ({
      ...{ labelSetId: set.id, itemId: id, role: test ? ("test" as const) : ("train" as const), stratumId },
      ...{ medical: test?.medical ?? false, byPeople: true, weight: 1 },
    })),
  });
  const classifier = await database().classifier.create({
    data: {
      ...{ studyId, labelSetId: set.id, name: "Classifier", madeByRunId: newId(), threshold: 0.5 },
      ...{ modelAddress: "store:model", modelDigest: "", onnxAddress: "store:onnx", onnxDigest: "" },
    },
  });
  classifierId = classifier.id;
  await database().classifierScore.createMany({
    data: items.flatMap(({ id, test }) =>
      test ? [{ classifierId, itemId: id, role: "test", score: test.score }] : [],
    ),
  });
});

describe("a classifier's figures", () => {
  it("count the test part at the threshold, a score on it being medical", async () => {
    const { inspection, documents, judgedByPeople, curve } = await readClassifier(actor, classifierId);
    expect(inspection.confusion).toEqual({ truePositive: 31, falsePositive: 5, falseNegative: 4, trueNegative: 60 });
    expect(inspection.figures.precision?.value).toBeCloseTo(31 / 36, 10);
    expect(inspection.figures.recall?.n).toBe(100);
    expect(documents).toEqual({ train: 20, tune: 0, test: 100 });
    expect(judgedByPeople).toBe(true);
    expect(curve.find(({ threshold }) => threshold === 0.5)?.precision.value).toBeCloseTo(31 / 36, 10);
  });

  it("follow another threshold", async () => {
    const { confusion } = await inspectClassifier(actor, classifierId, 0.51);
    expect(confusion).toEqual({ truePositive: 30, falsePositive: 5, falseNegative: 5, trueNegative: 60 });
    const { figures } = await inspectClassifier(actor, classifierId, 1);
    expect(figures.recall?.value).toBe(0);
  });

  it("are the same in the list and on the study home", async () => {
    const { f1 } = await readClassifier(actor, classifierId);
    expect((await listClassifiers(actor)).map((one) => one.f1)).toEqual([f1]);
    expect(await readClassifiersStation(actor)).toEqual({
      state: "done",
      figure: { name: "classifierF1", kind: "estimate", ...f1 },
      href: `/classifiers/${classifierId}`,
    });
  });

  it("are called agreement on the study home where the test carries an LLM's labels", async () => {
    const { labelSetId } = await database().classifier.findUniqueOrThrow({ where: { id: classifierId } });
    const { studyId } = actor;
    const copied = await database().labelSet.create({
      data: { studyId, name: "LLM", source: "llm", seed: 1, tuneShare: 0, testShare: 0.8, address: "store:llm" },
    });
    const items = await database().labelSetItem.findMany({ where: { labelSetId } });
    await database().labelSetItem.createMany({
      data: items.map((item) => ({ ...item, labelSetId: copied.id, byPeople: false })),
    });
    const { id, ...first } = await database().classifier.findUniqueOrThrow({ where: { id: classifierId } });
    const { id: newest } = await database().classifier.create({
      data: { ...first, id: newId(), labelSetId: copied.id, madeByRunId: newId(), createdAt: new Date() },
    });
    const scores = await database().classifierScore.findMany({ where: { classifierId: id } });
    await database().classifierScore.createMany({ data: scores.map((each) => ({ ...each, classifierId: newest })) });
    expect((await listClassifiers(actor)).map(({ judgedByPeople }) => judgedByPeople)).toEqual([false, true]);
    expect((await readClassifiersStation(actor)).figure).toMatchObject({ name: "classifierAgreement" });
    await database().classifier.delete({ where: { id: newest } });
  });

  it("let the part of the corpus count of which no document was tested, as part of what was tested", async () => {
    const { labelSetId } = await database().classifier.findUniqueOrThrow({ where: { id: classifierId } });
    const inSet = await database().labelSetItem.findFirstOrThrow({
      where: { labelSetId, role: "test", medical: true },
    });
    const { drawId } = await database().stratum.findUniqueOrThrow({ where: { id: inSet.stratumId } });
    const make = (key: string, populationSize: number) =>
      database().stratum.create({ data: { drawId, key, populationSize, sampleSize: 10 } });
    // Of the small stratum four are tested, of the one with most of the corpus none.
    const small = await make("small", 1000);
    const untested = await make("untested", 8000);
    const moved = await database().labelSetItem.findMany({
      where: { labelSetId, role: "test", medical: true },
      take: 4,
    });
    const ids = moved.map(({ itemId }) => itemId);
    await database().labelSetItem.updateMany({
      where: { labelSetId, itemId: { in: ids } },
      data: { stratumId: small.id },
    });
    const { figures } = await inspectClassifier(actor, classifierId, 0.52);
    // The small stratum, all of it medical, speaks for the untested one too: for 9,000 of 10,000 documents.
    expect(figures.prevalence?.value).toBeCloseTo(0.9 + 0.1 * (31 / 96), 10);
    await database().labelSetItem.updateMany({
      where: { labelSetId, itemId: { in: ids } },
      data: { stratumId: inSet.stratumId },
    });
    await database().stratum.deleteMany({ where: { id: { in: [small.id, untested.id] } } });
  });

  it("are withheld of a convenience sample, whose design the draw tells", async () => {
    const { id, labelSetId } = await database().classifier.findUniqueOrThrow({ where: { id: classifierId } });
    const inSet = await database().labelSetItem.findFirstOrThrow({ where: { labelSetId } });
    const { draw } = await database().stratum.findUniqueOrThrow({
      where: { id: inSet.stratumId },
      include: { draw: true },
    });
    await database().draw.update({ where: { id: draw.id }, data: { design: { kind: "convenience", size: 120 } } });
    // a threshold that nobody has looked at before, since counts are remembered
    const { problem, figures, confusion } = await inspectClassifier(actor, id, 0.55);
    expect(problem).toBe("convenience_sample");
    expect(figures.f1).toBeNull();
    expect(confusion.truePositive).toBe(30);
    expect((await readClassifier(actor, id)).curve).toEqual([]);
  });
});
