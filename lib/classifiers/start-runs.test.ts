import { existsSync, readdirSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { jobResources } from "@/lib/compute/lifecycle/job-resources";
import { presets } from "@/lib/compute/specs";
import { storedSpecSchema } from "@/lib/compute/stored-spec";
import { makeBackend, runOf } from "@/lib/compute/testing/runs";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { dropLabelSet } from "./build-label-set";
import { startTrainingSchema } from "./schema";
import { setThreshold } from "./set-threshold";
import { startFiltering } from "./start-filtering";
import { startTraining } from "./start-training";

useTestDatabase();

let researcher: StudyActor;
let backendId: string;

beforeEach(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
  backendId = await makeBackend("http://127.0.0.1:1");
});

const runs = () => database().run.count({ where: { studyId: researcher.studyId } });

async function makeCorpus(state: "ready" | "importing", documents: number, studyId = researcher.studyId) {
  const id = newId();
  const address = `store:corpora/${id}`;
  await database().corpus.create({ data: { id, studyId, name: "Corpus", address, state, documents } });
  return id;
}

/**
 * A labelling run of documents of which so many were called medical, the others not. Their groups are the same each time:
 * a document's role follows from its group, and chance could leave a part without a class.
 */
async function makeLabels(documents: number, medical: number): Promise<string> {
  const { studyId } = researcher;
  const corpusId = await makeCorpus("ready", 1000);
  const sample = await database().sample.create({ data: { studyId, corpusId, name: "Sample", seed: 1 } });
  const draw = await database().draw.create({ data: { sampleId: sample.id, number: 1, design: {}, size: documents } });
  const stratum = await database().stratum.create({
    data: { drawId: draw.id, key: "all", populationSize: 1000, sampleSize: documents },
  });
  const ids = Array.from({ length: documents }, () => newId());
  await database().item.createMany({
    data: ids.map((id, row) => ({
      ...{ id, sampleId: sample.id, documentId: id, text: `Text ${row}`, textHash: "", characters: 6 },
      ...{ originFile: "part-00000.parquet", originRow: row, permanentRandom: row / documents },
      duplicateGroup: `group ${row}`,
    })),
  });
  await database().drawItem.createMany({
    data: ids.map((itemId, position) => ({
      ...{ drawId: draw.id, stratumId: stratum.id, itemId, position, inclusionProbability: documents / 1000 },
    })),
  });
  const endpoint = await database().llmEndpoint.create({
    data: { name: "T", baseUrl: "http://127.0.0.1:1", model: "m" },
  });
  const prompt = await database().labellingPrompt.create({
    data: { studyId, version: 1, language: "de", text: "{{document}}" },
  });
  const run = await database().labellingRun.create({
    data: {
      ...{ studyId, drawId: draw.id, endpointId: endpoint.id, promptId: prompt.id, model: "m", parameters: {} },
      ...{ state: "succeeded", total: documents },
    },
  });
  await database().llmLabel.createMany({
    data: ids.map((itemId, row) => ({
      ...({ labellingRunId: run.id, itemId, outcome: row < medical ? "medical" : "non_medical" } as const),
      ...{ rawAnswer: "", latencyMs: 1 },
    })),
  });
  return run.id;
}

describe("the training of a classifier", () => {
  const stored = () => (existsSync(pathOf("store:label-sets")) ? readdirSync(pathOf("store:label-sets")) : []);
  const input = async (more: object) => {
    const encoder = await database().checkpoint.create({
      data: { kind: "encoder", name: "encoder", address: `file:///models/${newId()}` },
    });
    return startTrainingSchema.parse({
      ...{ name: "Run", encoderId: encoder.id, source: "llm", backendId },
      ...{ parameters: presets["train-classifier"].example, ...more },
    });
  };

  it("freezes a label set and starts", async () => {
    const { id } = await startTraining(researcher, await input({ labellingRunId: await makeLabels(60, 30) }));
    expect(await runOf(id)).toMatchObject({ kind: "train-classifier", state: "queued" });
    expect(await database().labelSet.count({ where: { studyId: researcher.studyId } })).toBe(1);
  });

  it("is refused with one class only, another study's labels, or nowhere to train, and leaves nothing", async () => {
    const before = stored();
    const oneClass = await input({ labellingRunId: await makeLabels(30, 30) });
    await expect(startTraining(researcher, oneClass)).rejects.toMatchObject({
      status: 422,
      code: "label_set_too_small",
    });
    const stranger = await makeMember(await makeStudy(), "researcher");
    await expect(startTraining(stranger, oneClass)).rejects.toMatchObject({ status: 404, code: "not_found" });
    await database().backend.update({ where: { id: backendId }, data: { archivedAt: new Date() } });
    await expect(startTraining(researcher, oneClass)).rejects.toMatchObject({ status: 422, code: "backend_unknown" });
    expect(stored()).toEqual(before);
    expect(await database().labelSet.count({ where: { studyId: researcher.studyId } })).toBe(0);
    expect(await runs()).toBe(0);
  });

  it("submitted twice, also at once, is one run on one label set", async () => {
    const before = stored();
    const startKey = newId();
    const twice = await input({ labellingRunId: await makeLabels(60, 30), startKey });
    const answers = await Promise.all([startTraining(researcher, twice), startTraining(researcher, twice)]);
    answers.push(await startTraining(researcher, twice));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await runs()).toBe(1);
    expect(await database().labelSet.count({ where: { studyId: researcher.studyId } })).toBe(1);
    expect(stored().length).toBe(before.length + 1);
  });

  it("with settings that are refused leaves no label set behind", async () => {
    const before = stored();
    const wrong = await input({ labellingRunId: await makeLabels(60, 30) });
    const refused = { ...wrong, parameters: { ...wrong.parameters, epochs: -1 } };
    await expect(startTraining(researcher, refused)).rejects.toMatchObject({ status: 422, code: "spec_invalid" });
    expect(stored()).toEqual(before);
    expect(await database().labelSet.count({ where: { studyId: researcher.studyId } })).toBe(0);
  });

  it("keeps the file of its label set, should only the reply that the start was kept get lost", async () => {
    await startTraining(researcher, await input({ labellingRunId: await makeLabels(60, 30) }));
    const set = await database().labelSet.findFirstOrThrow({ where: { studyId: researcher.studyId } });
    await dropLabelSet(set);
    expect(existsSync(pathOf(set.address))).toBe(true);
  });

  it("needs to know whose labels it learns from", () => {
    const outcome = startTrainingSchema.safeParse({ name: "Run", encoderId: newId(), source: "people" });
    expect(outcome.error?.issues).toMatchObject([{ path: ["source"], params: { code: "label_source_missing" } }]);
  });
});

describe("the filtering of a corpus", () => {
  async function makeClassifier({ described = true } = {}): Promise<string> {
    const { studyId } = researcher;
    const set = await database().labelSet.create({
      data: { studyId, name: "L", source: "llm", seed: 1, tuneShare: 0.1, testShare: 0.2, address: "store:labels" },
    });
    const [onnxAddress, modelAddress] = [`store:onnx-${newId()}`, `store:model-${newId()}`];
    for (const address of described ? [onnxAddress, modelAddress] : [onnxAddress]) {
      await writeWhole(
        `${pathOf(address)}/classifier.json`,
        JSON.stringify({ maxTokens: 256, temperature: 1, inputNames: ["a", "b"], outputName: "c", prefix: "" }),
      );
    }
    const classifier = await database().classifier.create({
      data: {
        ...{ studyId, labelSetId: set.id, name: "Classifier", madeByRunId: newId(), threshold: 0.5 },
        ...{ modelAddress, modelDigest: `sha256:${"a".repeat(64)}` },
        ...{ onnxAddress, onnxDigest: `sha256:${"b".repeat(64)}` },
      },
    });
    return classifier.id;
  }
  const start = (corpusId: string, classifierId: string, threshold?: number) =>
    startFiltering(researcher, {
      ...{ name: "Run", corpusId, classifierId, threshold, precision: "int8", batchSize: 16, backendId },
    });

  it("is refused with a threshold of 1.2, on an empty corpus, one not ready and one of another study", async () => {
    const classifierId = await makeClassifier();
    const corpusId = await makeCorpus("ready", 10);
    await expect(start(corpusId, classifierId, 1.2)).rejects.toMatchObject({
      status: 422,
      code: "spec_invalid",
      fields: [{ path: "parameters.threshold", code: "too_big", values: { maximum: 1 } }],
    });
    await expect(start(await makeCorpus("ready", 0), classifierId)).rejects.toMatchObject({ code: "corpus_empty" });
    await expect(start(await makeCorpus("importing", 5), classifierId)).rejects.toMatchObject({
      code: "corpus_not_ready",
    });
    const theirs = await makeCorpus("ready", 5, await makeStudy());
    await expect(start(theirs, classifierId)).rejects.toMatchObject({ status: 404 });
    expect(await runs()).toBe(0);
    const { id } = await start(corpusId, classifierId);
    expect((await runOf(id)).spec).toMatchObject({ parameters: { threshold: 0.5, maxTokens: 256 } });
  });

  it("computes on GPUs in bf16, by the weights, where these can classify by themselves", async () => {
    const corpusId = await makeCorpus("ready", 10);
    const onGpus = (classifierId: string) =>
      startFiltering(researcher, { name: "Run", corpusId, classifierId, precision: "bf16", processes: 8, backendId });
    const { id } = await onGpus(await makeClassifier());
    const { spec } = await runOf(id);
    expect(spec).toMatchObject({
      inputs: { classifier: { digest: `sha256:${"a".repeat(64)}` } },
      parameters: { precision: "bf16", batchSize: 64 },
      resources: { processes: 8 },
    });
    const node = { name: "node", cpus: 64, gpus: 8, memoryBytes: 0, accelerator: null, resource: null };
    const cluster = { version: "2.60.0", nodes: 1, cpus: 64, gpus: 8, memoryBytes: 0, workers: [node] };
    expect(jobResources("classify-corpus", storedSpecSchema.parse(spec), cluster)).toMatchObject({ gpus: 8 });
    const { id: onProcessors } = await start(corpusId, await makeClassifier());
    const other = storedSpecSchema.parse((await runOf(onProcessors)).spec);
    expect(jobResources("classify-corpus", other, cluster)).toMatchObject({ gpus: 0 });

    await expect(onGpus(await makeClassifier({ described: false }))).rejects.toMatchObject({
      status: 422,
      code: "classifier_not_for_gpus",
      fields: [{ path: "precision" }],
    });
  });

  it("keeps its operating point from another study's people", async () => {
    const classifierId = await makeClassifier();
    const stranger = await makeMember(await makeStudy(), "researcher");
    const change = setThreshold(stranger, classifierId, { threshold: 0.9, reason: "why not" });
    await expect(change).rejects.toMatchObject({ status: 404, code: "not_found" });
    expect((await database().classifier.findUniqueOrThrow({ where: { id: classifierId } })).threshold).toBe(0.5);
  });
});
