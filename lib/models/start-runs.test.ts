import { writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { presets } from "@/lib/compute/specs";
import { makeBackend, runOf } from "@/lib/compute/testing/runs";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { startMerge } from "./start-merge";
import { startPretraining } from "./start-pretraining";

useTestDatabase();

let researcher: StudyActor;
let backendId: string;
let baseId: string;

beforeEach(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
  backendId = await makeBackend("http://127.0.0.1:1");
  baseId = await makeCheckpoint("base", null);
});

async function makeCheckpoint(name: string, studyId: string | null, kind: "base" | "encoder" | "merged" = "base") {
  const address = `file:///models/${name}-${crypto.randomUUID()}`;
  return (await database().checkpoint.create({ data: { kind, name, address, studyId } })).id;
}

async function makeCorpus(state: "ready" | "importing", documents: number, studyId = researcher.studyId) {
  const id = crypto.randomUUID();
  await database().corpus.create({
    data: { id, studyId, name: "Corpus", address: `store:corpora/${id}`, state, documents },
  });
  return id;
}

const runs = () => database().run.count({ where: { studyId: researcher.studyId } });

describe("a pre-training", () => {
  const start = (corpusId: string, parameters: object = {}) =>
    startPretraining(researcher, {
      name: "Run",
      corpusId,
      baseId,
      backendId,
      seed: 1,
      parameters: { ...presets.pretrain.example, ...parameters },
    });

  it("starts on a corpus that is ready", async () => {
    const { id } = await start(await makeCorpus("ready", 3));
    expect(await runOf(id)).toMatchObject({ kind: "pretrain", state: "queued" });
  });

  it("is refused on an empty corpus, one that is still imported, and one of another study, and leaves no run", async () => {
    const refused = { status: 422 };
    await expect(start(await makeCorpus("ready", 0))).rejects.toMatchObject({ ...refused, code: "corpus_empty" });
    await expect(start(await makeCorpus("importing", 3))).rejects.toMatchObject({
      ...refused,
      code: "corpus_not_ready",
    });
    const theirs = await makeCorpus("ready", 3, await makeStudy());
    await expect(start(theirs)).rejects.toMatchObject({ status: 404, code: "not_found" });
    expect(await runs()).toBe(0);
  });

  it("is refused with a warm-up as long as the training, and with both lengths or none", async () => {
    const corpusId = await makeCorpus("ready", 3);
    for (const [parameters, code, field] of [
      [{ maxSteps: 60, warmupSteps: 60 }, "warmup_too_long", "parameters.warmupSteps"],
      [{ maxSteps: 60, epochs: 2 }, "length_ambiguous", "parameters.maxSteps"],
      [{ maxSteps: null, epochs: null }, "length_ambiguous", "parameters.maxSteps"],
    ] as const) {
      await expect(start(corpusId, parameters)).rejects.toMatchObject({
        status: 422,
        code,
        fields: [{ path: field, code }],
      });
    }
    expect(await runs()).toBe(0);
  });
});

describe("a merge", () => {
  const start = (firstId: string, secondId: string) =>
    startMerge(researcher, { name: "Merge", firstId, secondId, backendId, parameters: presets.merge.example });

  it("is refused of one checkpoint with itself, with an encoder, and with one of another study", async () => {
    await expect(start(baseId, baseId)).rejects.toMatchObject({ status: 422, code: "merge_with_itself" });
    const encoder = await makeCheckpoint("encoder", null, "encoder");
    await expect(start(baseId, encoder)).rejects.toMatchObject({ status: 404, code: "not_found" });
    const theirs = await makeCheckpoint("theirs", await makeStudy(), "merged");
    await expect(start(baseId, theirs)).rejects.toMatchObject({ status: 404, code: "not_found" });
    expect(await runs()).toBe(0);
  });

  it("is refused for some of the layers, told how many there are, and starts for all of them", async () => {
    const [firstId, secondId] = [await makeModel(24), await makeModel(24)];
    const startWith = (layerCount: number | null) =>
      startMerge(researcher, {
        ...{ name: "Merge", firstId, secondId, backendId },
        parameters: { ...presets.merge.example, layerCount },
      });
    for (const planned of [16, 32]) {
      await expect(startWith(planned)).rejects.toMatchObject({
        status: 422,
        code: "merge_layers_differ",
        values: { planned, layers: 24 },
      });
    }
    expect(await runs()).toBe(0);
    await startWith(24);
    await startWith(null);
    expect(await runs()).toBe(2);
  });
});

/** A checkpoint of which the studio can read how many layers it has. */
async function makeModel(layers: number): Promise<string> {
  const address = `store:models/${crypto.randomUUID()}`;
  const config = { hidden_size: 4, num_hidden_layers: layers, num_attention_heads: 2, vocab_size: 2 };
  await writeWhole(pathOf(`${address}/config.json`), JSON.stringify(config));
  const header = JSON.stringify({ embedding: { dtype: "F32", shape: [2, 4], data_offsets: [0, 32] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFile(
    pathOf(`${address}/model.safetensors`),
    Buffer.concat([length, Buffer.from(header), Buffer.alloc(32)]),
  );
  return (await database().checkpoint.create({ data: { kind: "base", name: "model", address } })).id;
}
