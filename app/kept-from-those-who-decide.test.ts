import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeEach, describe, expect, it } from "vitest";
import { buildLabelSet } from "@/lib/classifiers/build-label-set";
import { listLabelSources } from "@/lib/classifiers/list-sources";
import { listErrors } from "@/lib/classifiers/read-classifiers";
import { startTrainingSchema } from "@/lib/classifiers/schema";
import { readDocument } from "@/lib/corpus/documents/read-document";
import { listSampleItems } from "@/lib/corpus/sampling/read-samples";
import { listDraws, listLlmLabels } from "@/lib/labelling/read-labelling";
import { tryPrompt } from "@/lib/labelling/try-prompt";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeParquet } from "@/lib/platform/storage/parquet";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { listAudit } from "@/lib/studies/list-audit";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { closeRound } from "@/lib/validation/close-round";
import { createRound } from "@/lib/validation/create-round";
import { exportRound } from "@/lib/validation/export/export-round";
import { tallyLabelsJob } from "@/lib/validation/jobs";
import { listDecidedItems } from "@/lib/validation/list-decided-items";
import { openRound } from "@/lib/validation/open-round";
import { compareLabellings } from "@/lib/validation/quality/compare-labellings";
import { exportConfusion, exportDetails, exportFigures } from "@/lib/validation/quality/export-quality";
import { listDisputed } from "@/lib/validation/quality/list-disputed";
import { readDrift } from "@/lib/validation/quality/read-drift";
import { readParts } from "@/lib/validation/quality/read-parts";
import { readQuality } from "@/lib/validation/quality/read-quality";
import { readRound } from "@/lib/validation/read-round";
import { readRoundsStation } from "@/lib/validation/read-station";
import { planRound } from "@/lib/validation/sampling/plan-round";
import { adjudicate } from "@/lib/validation/testing/adjudicate";
import { makeDraw, makeLabelling, makeRound } from "@/lib/validation/testing/make-round";
import { workThrough } from "@/lib/validation/testing/work";
import { listCandidates } from "@/lib/validation/training/list-candidates";

useTestDatabase();

const documents = 12;
const everything = { filter: "all", after: -1, limit: 100 } as const;
const likeThese = { target: "like_these" } as const;
const labelHidden = { status: 403, code: "label_hidden_while_deciding" };
const hidden = { status: 403, code: "quality_hidden_while_deciding" };

/** takes part in the open round */
let deciding: StudyActor;
/** does not */
let reading: StudyActor;
let owner: StudyActor;
let drawId: string;
let sampleId: string;
let itemIds: string[];
let closedId: string;
let openId: string;
let labellingRunId: string;

const outcomeOf = (index: number) => (index % 2 === 0 ? ("medical" as const) : ("non_medical" as const));

const tally = () => tallyLabelsJob.run({}, { signal: new AbortController().signal });

/** Two rounds over the same documents, which an LLM has labelled: one is closed, in the other the researcher decides. */
beforeEach(async () => {
  const studyId = await makeStudy();
  owner = await makeMember(studyId, "owner");
  reading = await makeMember(studyId, "researcher");
  deciding = await makeMember(studyId, "researcher");
  const clinicians = [await makeMember(studyId, "clinician"), await makeMember(studyId, "clinician")];
  const closed = await makeRound(owner, clinicians, {
    strata: [{ key: "llm:medical", populationSize: 100, sampleSize: documents }],
    doubleShare: 1,
  });
  ({ drawId, sampleId, itemIds, roundId: closedId } = closed);
  labellingRunId = await makeLabelling(studyId, drawId, new Map(itemIds.map((id, index) => [id, outcomeOf(index)])));
  await tally();
  const [first, second] = clinicians;
  let turn = 0;
  if (first) await workThrough(first, closedId);
  if (second) await workThrough(second, closedId, () => (turn++ === 0 ? "non_medical" : "medical"));
  await closeRound(owner, closedId);
  const again = await createRound(owner, {
    drawId,
    name: "Again",
    instructionsDe: "Lesen.",
    instructionsEn: "Read.",
    memberIds: [deciding.personId],
    doubleShare: 0,
    seed: 8,
  });
  openId = again.id;
  await openRound(owner, openId);
});

describe("whoever decides in an open round finds nowhere", () => {
  it("what an LLM said of its documents: not in the list of labels, under no filter, of no sample", async () => {
    const twin = await makeDraw(owner.studyId, [{ populationSize: 100, sampleSize: documents }]);
    const twins = new Map(twin.itemIds.map((id, index) => [id, outcomeOf(index)]));
    for (const runId of [labellingRunId, await makeLabelling(owner.studyId, twin.drawId, twins)]) {
      const { labels } = await listLlmLabels(deciding, runId, {});
      expect(labels).toHaveLength(documents);
      for (const label of labels) {
        expect(label).toMatchObject({ outcome: null, probability: null, rawAnswer: null, latencyMs: null });
      }
      expect((await listLlmLabels(deciding, runId, { outcome: "medical" })).labels).toEqual([]);
      expect((await listLlmLabels(reading, runId, { outcome: "medical" })).labels).toHaveLength(documents / 2);
    }
    const other = await makeDraw(owner.studyId, [{ populationSize: 100, sampleSize: documents + 1 }]);
    const others = new Map(other.itemIds.map((id) => [id, "medical" as const]));
    const free = (await listLlmLabels(deciding, await makeLabelling(owner.studyId, other.drawId, others), {})).labels;
    expect(free.map(({ outcome }) => outcome)).toEqual([...Array(documents).fill(null), "medical"]);
    await closeRound(owner, openId);
    expect((await listLlmLabels(deciding, labellingRunId, {})).labels.map(({ outcome }) => outcome)).not.toContain(
      null,
    );
  });

  it("an LLM's answer to one of them by trying a prompt", async () => {
    const drawOf = async (actor: StudyActor) => (await listDraws(actor)).find(({ id }) => id === drawId);
    expect((await drawOf(deciding))?.tryItems).toEqual([]);
    expect((await drawOf(reading))?.tryItems).toEqual(itemIds.slice(0, 10));
    const { endpointId } = await database().labellingRun.findUniqueOrThrow({ where: { id: labellingRunId } });
    const attempt = { endpointId, text: "Ist das medizinisch? {{document}}", itemId: String(itemIds[0]) };
    // whoever does not decide on it gets an answer
    const endpoint = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ message: { role: "assistant", content: "medizinisch" } }] }));
    });
    await new Promise<void>((resolve) => endpoint.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = endpoint.address() as AddressInfo;
      await database().llmEndpoint.update({
        where: { id: endpointId },
        data: { baseUrl: `http://127.0.0.1:${port}/v1` },
      });
      await expect(tryPrompt(deciding, attempt)).rejects.toMatchObject(labelHidden);
      expect(await tryPrompt(reading, attempt)).toMatchObject({ waiting: null, outcome: "medical" });
    } finally {
      await new Promise((resolve) => endpoint.close(resolve));
    }
    const elsewhere = await makeMember(await makeStudy(), "researcher");
    await expect(tryPrompt(elsewhere, attempt)).rejects.toMatchObject({ status: 404 });
  });

  it("the stratum of one of them, which may be cut by labels", async () => {
    for (const item of (await listSampleItems(deciding, sampleId, -1)).items) {
      expect(item).toMatchObject({ stratum: null, inclusionProbability: null });
    }
    for (const item of (await listSampleItems(reading, sampleId, -1)).items) {
      expect(item).toMatchObject({ stratum: "llm:medical", inclusionProbability: documents / 100 });
    }
  });

  it("what a corpus says of one of them besides its text", async () => {
    const { corpusId } = await database().sample.findUniqueOrThrow({ where: { id: sampleId } });
    const address = `store:corpora/${newId()}`;
    await database().corpus.update({ where: { id: corpusId }, data: { address } });
    const row = (id: string, text: string) => ({
      id,
      text,
      characters: text.length,
      attributes: '{"label":"medical"}',
      score: 0.9,
    });
    await writeParquet(
      pathOf(`${address}/part-00000.parquet`),
      { id: "text", text: "text", characters: "integer", attributes: "text", score: "double" },
      [row("document-0-0", "Dokument 0"), row("document-0-0", "Ein anderer Text")],
    );
    const told = { attributes: { label: "medical" }, score: 0.9 };
    expect(await readDocument(deciding, corpusId, "0-0")).toMatchObject({ attributes: {}, score: null });
    expect(await readDocument(deciding, corpusId, "0-1")).toMatchObject(told);
    expect(await readDocument(reading, corpusId, "0-0")).toMatchObject(told);
  });

  it("what others decided on them in an earlier round: lists, disputed ones, documents to train on, exports", async () => {
    expect(await listDecidedItems(deciding, closedId, { ...everything, labelling: labellingRunId })).toEqual({
      items: [],
      next: null,
      kept: true,
    });
    // that some are kept is told, and looked for, with the first page alone
    expect((await listDecidedItems(deciding, closedId, { ...everything, after: 0 })).kept).toBe(false);
    expect((await listDisputed(deciding, closedId)).documents).toEqual([]);
    const { roundId: elsewhere } = await makeRound(owner, [owner], {
      open: false,
      strata: [{ populationSize: 9, sampleSize: 0 }],
    });
    const from = { from: closedId, search: "", limit: 100 };
    expect((await listCandidates(deciding, elsewhere, from)).items).toEqual([]);
    for (const format of ["jsonl", "label-studio", "data-card"] as const) {
      await expect(exportRound(deciding, closedId, { format, language: "de" })).rejects.toMatchObject(hidden);
    }

    const { items, kept } = await listDecidedItems(reading, closedId, { ...everything, labelling: labellingRunId });
    expect(items.filter(({ llm }) => llm !== null)).toHaveLength(documents);
    expect(kept).toBe(false);
    expect((await listDisputed(reading, closedId)).documents.length).toBeGreaterThan(0);
    expect((await listCandidates(reading, elsewhere, from)).items.length).toBeGreaterThan(0);
    await exportRound(reading, closedId, { format: "jsonl", language: "de" });
    await closeRound(owner, openId);
    await exportRound(deciding, closedId, { format: "jsonl", language: "de" });
  });

  it("estimates of the round: not on its pages, not in its files, not on the study's home, not in the planner", async () => {
    const other = await makeLabelling(owner.studyId, drawId, new Map());
    for (const read of [
      () => readQuality(deciding, openId, likeThese),
      () => readParts(deciding, openId, likeThese),
      () => readDrift(deciding, openId, likeThese),
      () => compareLabellings(deciding, openId, { ...likeThese, labelling: labellingRunId, second: other }),
      () => exportFigures(deciding, openId, likeThese),
      () => exportDetails(deciding, openId, likeThese),
      () => exportConfusion(deciding, openId, likeThese),
      () => planRound(deciding, openId),
      () => exportRound(deciding, openId, { format: "jsonl", language: "de" }),
    ]) {
      await expect(read()).rejects.toMatchObject(hidden);
    }
    await workThrough(deciding, openId);
    await tally();
    expect((await readRoundsStation(reading)).figure).toMatchObject({ name: "f1" });
    expect((await readRoundsStation(deciding)).figure).toMatchObject({ name: "decided" });
  });

  it("the interval with which the stop rule ended the round: not on its page, not in the audit log", async () => {
    await database().roundMember.create({ data: { roundId: openId, personId: owner.personId } });
    const stopped = { stopHalfWidth: 0.1, stopLabellingRunId: labellingRunId, stopLower: 0.6, stopUpper: 0.8 };
    await database().round.update({
      where: { id: openId },
      data: { ...stopped, stopDocuments: 9, stoppedAt: new Date() },
    });
    const detail = { halfWidth: 0.1, lower: 0.6, upper: 0.8, documents: 9 };
    await database().auditEntry.create({
      data: { studyId: owner.studyId, action: "rounds.stop", subject: "round", subjectId: openId, detail },
    });
    const entryOf = async (actor: StudyActor) =>
      (await listAudit(actor, undefined)).entries.find(({ action }) => action === "rounds.stop");
    expect((await readRound(owner, openId)).stopRule).toEqual({ halfWidth: 0.1, labellingRunId, interval: null });
    expect((await entryOf(owner))?.detail).toEqual({});
    expect((await entryOf(await makeMember(owner.studyId, "owner")))?.detail).toEqual(detail);
    await closeRound(owner, openId);
    expect((await entryOf(owner))?.detail).toEqual(detail);
  });

  it("a classifier's mistakes on them, nor their labels as those of a classifier", async () => {
    const { studyId } = owner;
    const { id: stratumId } = await database().stratum.findFirstOrThrow({ where: { drawId } });
    const set = await database().labelSet.create({
      data: { studyId, name: "Labels", source: "llm", seed: 1, tuneShare: 0, testShare: 1, address: "store:labels" },
    });
    await database().labelSetItem.createMany({
      data: itemIds.map((itemId, index) => ({
        ...{ labelSetId: set.id, itemId, stratumId, role: "test" as const, byPeople: false, weight: 1 },
        medical: outcomeOf(index) === "medical",
      })),
    });
    const { id: classifierId } = await database().classifier.create({
      data: {
        ...{ studyId, labelSetId: set.id, name: "Classifier", madeByRunId: newId(), threshold: 0.5 },
        ...{ modelAddress: "store:model", modelDigest: "", onnxAddress: "store:onnx", onnxDigest: "" },
      },
    });
    await database().classifierScore.createMany({
      data: itemIds.map((itemId) => ({ classifierId, itemId, role: "test" as const, score: 0.9 })),
    });
    const query = { kind: "false-positive" } as const;
    expect(await listErrors(deciding, classifierId, query)).toEqual({ documents: [], next: null, kept: true });
    expect((await listErrors(deciding, classifierId, { ...query, offset: 20 })).kept).toBe(false);
    const seen = await listErrors(reading, classifierId, query);
    expect([seen.documents.length, seen.kept]).toEqual([documents / 2, false]);

    const queue = await database().roundItem.findMany({ where: { roundId: openId } });
    const outcomes = new Map(queue.map(({ id, itemId }) => [id, outcomeOf(itemIds.indexOf(itemId))]));
    await workThrough(deciding, openId, (id) => outcomes.get(id) ?? "unsure");
    const input = startTrainingSchema.parse({ ...training, roundId: openId });
    await expect(buildLabelSet(deciding, input)).rejects.toMatchObject(hidden);
    expect((await buildLabelSet(reading, input)).members).toHaveLength(documents);
    const roundsFor = async (actor: StudyActor) => (await listLabelSources(actor)).rounds.map(({ id }) => id);
    expect(await roundsFor(deciding)).toEqual([closedId]);
    expect((await roundsFor(reading)).sort()).toEqual([closedId, openId].sort());
  });
});

const training = {
  ...{ name: "Classifier", source: "people", encoderId: newId(), backendId: newId(), labellingRunId: null },
  // by this seed each part has documents of both labels
  ...{ seed: 81, tuneShare: 0.3, testShare: 0.3 },
};

describe("whoever may still adjudicate a document", () => {
  it("finds no LLM label of it until it is settled", async () => {
    const contested = await database().roundItem.findFirstOrThrow({ where: { roundId: closedId, contested: true } });
    const labelFor = async (actor: StudyActor) =>
      (await listLlmLabels(actor, labellingRunId, {})).labels.find(({ itemId }) => itemId === contested.itemId)
        ?.outcome;
    const label = await labelFor(reading);
    expect(label).toMatch(/medical/);
    const decidedBy = async (actor: StudyActor) =>
      (await listDecidedItems(actor, closedId, { ...everything, labelling: labellingRunId })).items;
    const decidedFor = async (actor: StudyActor) => (await decidedBy(actor)).find(({ id }) => id === contested.id);
    expect(await labelFor(owner)).toBeNull();
    expect(await decidedFor(owner)).toMatchObject({ llm: null, stratum: null });
    expect(await decidedFor(reading)).toMatchObject({ llm: label, stratum: "llm:medical" });
    const others = (await decidedBy(owner)).filter(({ id }) => id !== contested.id);
    expect(others.map(({ stratum }) => stratum)).toEqual(Array(documents - 1).fill("llm:medical"));
    const kept = (await listLlmLabels(owner, labellingRunId, {})).labels.filter(({ outcome }) => outcome === null);
    expect(kept.map(({ itemId }) => itemId)).toEqual([contested.itemId]);
    await adjudicate(owner, closedId, contested.id, "medical");
    expect(await labelFor(owner)).toBe(label);
    expect(await decidedFor(owner)).toMatchObject({ llm: label, stratum: "llm:medical" });
  });
});
