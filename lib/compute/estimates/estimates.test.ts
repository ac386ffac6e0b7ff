import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { presets } from "../specs/index";
import { addCheck, makeBackend, makeRun } from "../testing/runs";
import { demandOf, type RunFacts } from "./demand";
import { estimateRun } from "./estimate-run";
import { type ModelFacts, readModelFacts } from "./model-facts";
import { assumedSpeed } from "./speeds";

useTestDatabase();

/** As Qwen2.5-7B: 7.6 thousand million parameters. */
const seven: ModelFacts = {
  parameters: 7.616e9,
  bytes: 15.23e9,
  hidden: 3584,
  layers: 28,
  vocabulary: 152_064,
  cacheWidth: 1024,
};
const facts: RunFacts = {
  model: seven,
  documents: 1e6,
  characters: 4e9,
  corpusBytes: 2e9,
  questions: 1000,
  prompts: 100,
  maxTokens: null,
};
const paper = { ...presets.pretrain.paper };
const of = (kind: string, parameters: Record<string, unknown>, processes = 1) =>
  demandOf(kind, facts, { parameters, processes, threads: 4 });
const bytesOf = (parts: { name: string; bytes: number }[], name: string) =>
  parts.find((part) => part.name === name)?.bytes;

describe("what a run needs by first principles", () => {
  it("is 6 operations a parameter and token and those of attention, a third more where all is computed again", () => {
    // 4e9 characters are 1e9 tokens, twice.
    const each = 6 * 7.616e9 + 6 * 28 * 3584 * 4096;
    expect(of("pretrain", { ...paper, activationCheckpointing: "full" }).work?.amount).toBeCloseTo(
      (4 / 3) * each * 2e9,
      -15,
    );
    expect(of("pretrain", { ...paper, activationCheckpointing: "none" }).work?.amount).toBeCloseTo(each * 2e9, -15);
    // Runs of old have a boolean.
    const steps = { ...paper, epochs: null, maxSteps: 10, activationCheckpointing: false };
    expect(of("pretrain", steps).work?.amount).toBeCloseTo(each * 10 * 64 * 4096, -10);
  });

  it("is 16 bytes a parameter for pre-training, shared by the ranks, three checkpoints of 12, and the tokens", () => {
    const alone = of("pretrain", paper);
    expect(
      ["weights", "gradients", "optimizer"].reduce((sum, name) => sum + (bytesOf(alone.memory, name) ?? 0), 0),
    ).toBe(16 * 7.616e9);
    expect(bytesOf(of("pretrain", paper, 8).memory, "optimizer")).toBe(7.616e9);
    expect(bytesOf(alone.disk, "checkpoints")).toBe(36 * 7.616e9);
    // 1e9 tokens of four bytes, made once for all epochs.
    expect(bytesOf(alone.disk, "tokens")).toBe(4e9);
    const activations = (activationCheckpointing: string) =>
      bytesOf(of("pretrain", { ...paper, activationCheckpointing }).memory, "activations") ?? 0;
    expect(activations("none")).toBeGreaterThan(1.5 * activations("selective"));
    expect(activations("selective")).toBeGreaterThan(3 * activations("full"));
  });

  it("of a merge does not grow with the model", () => {
    const small = { ...facts, model: { ...seven, parameters: 1e8, bytes: 2e8 } };
    const settings = { parameters: {}, processes: 1, threads: 4 };
    expect(demandOf("merge", small, settings).memory).toEqual(demandOf("merge", facts, settings).memory);
  });

  it("is not told where the model or the amount is not known", () => {
    expect(demandOf("pretrain", { ...facts, model: null }, { parameters: paper, processes: 1, threads: 4 })).toEqual({
      work: null,
      memory: [],
      disk: [],
    });
    expect(
      demandOf("evaluate", { ...facts, questions: null }, { parameters: {}, processes: 1, threads: 4 }).work,
    ).toBeNull();
  });

  it("knows GPUs by name and takes less of one that it does not know", () => {
    const speed = (gpuName: string | null) => assumedSpeed("flop", "pretrain", { gpus: 1, gpuName, cores: 8 });
    expect(speed("NVIDIA H200")).toBeCloseTo(0.35 * 989e12, -10);
    expect(speed("Something")).toBeLessThan(speed("NVIDIA A100-SXM4-80GB"));
  });
});

async function makeModel(tensors: Record<string, number[]>, address = `store:models/${newId()}`) {
  let offset = 0;
  const header = JSON.stringify(
    Object.fromEntries(
      Object.entries(tensors).map(([name, shape]) => {
        const start = offset;
        offset += 2 * shape.reduce((product, each) => product * each, 1);
        return [name, { dtype: "BF16", shape, data_offsets: [start, offset] }];
      }),
    ),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  // Sparse in truth: only the header is looked at.
  await writeWhole(`${pathOf(address)}/model.safetensors`, Buffer.concat([length, Buffer.from(header)]));
  await writeWhole(
    `${pathOf(address)}/config.json`,
    JSON.stringify({ hidden_size: 256, num_hidden_layers: 4, num_attention_heads: 8, vocab_size: 1000 }),
  );
  return address;
}

describe("the facts of a model", () => {
  it("come from the headers of its files", async () => {
    const address = await makeModel({ "embed.weight": [32_000, 4096], "layer.weight": [4096, 4096] });
    expect(await readModelFacts(address)).toEqual({
      parameters: 32_000 * 4096 + 4096 * 4096,
      bytes: 2 * (32_000 * 4096 + 4096 * 4096),
      hidden: 256,
      layers: 4,
      vocabulary: 1000,
      cacheWidth: 2 * 8 * 32,
    });
  });

  it("are not known of a hub's model, a folder that is not there, and a file that only looks like one", async () => {
    expect(await readModelFacts("hf:a/b@c")).toBeNull();
    expect(await readModelFacts("store:models/none")).toBeNull();
    const address = await makeModel({});
    await writeWhole(`${pathOf(address)}/model.safetensors`, Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 1]));
    expect(await readModelFacts(address)).toBeNull();
  });
});

describe("a run on a backend", () => {
  let researcher: StudyActor;
  let backendId: string;
  let checkpointId: string;
  let corpusId: string;

  const node = (changes: object = {}) => ({
    ...{ name: "10.0.0.2", cpus: 64, gpus: 2, memoryBytes: 1e12, outcome: "ready", release: "x", detail: "" },
    devices: [1, 2].map(() => ({ name: "NVIDIA H100", memoryBytes: 300 * 1024 ** 2 })),
    storeFreeBytes: 20e12,
    ...changes,
  });
  const looked = (nodes: object[]) =>
    addCheck(backendId, "ready", { probedAt: new Date(), findings: { version: "2.60.0", nodes, unprobedNodes: 0 } });
  const parameters = { ...presets.pretrain.paper };
  const input = (processes: number, nodes = 1) => ({
    kind: "pretrain" as const,
    backendId,
    parameters,
    resources: { nodes, processes },
    uses: [
      { kind: "checkpoint", targetId: checkpointId },
      { kind: "corpus", targetId: corpusId },
    ],
  });
  const start = (processes: number) =>
    makeRun(researcher, backendId, {
      kind: "pretrain",
      parameters,
      resources: { processes },
      inputs: { corpus: { address: "store:c", digest: null }, base: { address: "store:b", digest: null } },
      edges: [
        { kind: "checkpoint", targetId: checkpointId, role: "base" },
        { kind: "corpus", targetId: corpusId, role: "corpus" },
      ],
    });

  beforeAll(async () => {
    researcher = await makeMember(await makeStudy(), "researcher");
    // 20 million parameters by what the header says: small beside any machine's disk.
    const address = await makeModel({ weights: [20_000, 1000] });
    const checkpoint = await database().checkpoint.create({ data: { kind: "base", name: "Model", address } });
    checkpointId = checkpoint.id;
    corpusId = newId();
    await database().corpus.create({
      data: {
        ...{ id: corpusId, studyId: researcher.studyId, name: "C", address: "store:c", state: "ready" },
        ...{ documents: 1000, characters: 4_000_000n, bytes: 4_000_000n },
      },
    });
  });
  beforeEach(async () => {
    backendId = await makeBackend("http://127.0.0.1:1");
  });

  it("is refused where a GPU can't hold it, with the sum, and starts where two share it", async () => {
    await looked([node()]);
    const before = await database().run.count();
    await expect(start(1)).rejects.toMatchObject({
      status: 422,
      code: "run_too_large",
      fields: [
        { path: "resources.gpuMemory", code: "gpu_memory_short", values: { available: 0.3, first: 0.3, rest: 0.1 } },
      ],
    });
    expect(await database().run.count()).toBe(before);
    await start(2);
    expect((await estimateRun(researcher, input(1))).shortages).toMatchObject([{ code: "gpu_memory_short" }]);
    expect((await estimateRun(researcher, input(2))).shortages).toEqual([]);
  });

  it("is refused with more ranks than a node has GPUs, and with too little room for its checkpoints", async () => {
    await looked([node({ storeFreeBytes: 0.2e9 }), node({ name: "10.0.0.3" })]);
    await expect(start(4)).rejects.toMatchObject({
      fields: [
        { path: "resources.processes", values: { needed: 4, available: 2 } },
        { path: "resources.disk", values: { needed: 0.7, available: 0.2 } },
      ],
    });
  });

  it("fits several nodes that have the GPUs each, and is refused where there are too few such nodes", async () => {
    await looked([node(), node({ name: "10.0.0.3" }), node({ name: "10.0.0.4", gpus: 0, devices: [] })]);
    expect(await estimateRun(researcher, input(4, 2))).toMatchObject({ gpus: 4, shortages: [] });
    expect((await estimateRun(researcher, input(6, 3))).shortages).toMatchObject([
      { code: "nodes_short", needed: 3, available: 2 },
    ]);
    expect((await estimateRun(researcher, input(8, 2))).shortages).toMatchObject([
      { code: "gpus_short", needed: 4, available: 2 },
    ]);
  });

  it("is not refused where nothing is known of the backend", async () => {
    const told = await estimateRun(researcher, input(64));
    expect(told).toMatchObject({ gpus: 0, cost: null });
    expect(told.memory?.availableBytes).toBeNull();
  });

  it("that filters computes on GPUs in bf16 alone, each process with a GPU and a model of its own", async () => {
    await looked([node({ gpus: 8 })]);
    const filtering = (precision: string) => ({
      ...input(8),
      kind: "classify-corpus" as const,
      parameters: { ...presets["classify-corpus"].paper, precision },
    });
    const [onGpus, onProcessors] = [
      await estimateRun(researcher, filtering("bf16")),
      await estimateRun(researcher, filtering("int8")),
    ];
    expect([onGpus.gpus, onProcessors.gpus]).toEqual([8, 0]);
    const weights = (told: typeof onGpus) => told.memory?.parts.find(({ name }) => name === "weights")?.bytes ?? 0;
    // Bytes a weight: 2 and 4 on a GPU; 1 and 4 of each of eight processes on one machine.
    expect(weights(onProcessors) / weights(onGpus)).toBeCloseTo((8 * 5) / 6, 10);
  });

  it("costs what the administrator says a GPU hour does", async () => {
    await looked([node()]);
    await database().backend.update({ where: { id: backendId }, data: { gpuHourPrice: 3, currency: "CHF" } });
    const told = await estimateRun(researcher, input(2));
    expect(told.cost).toEqual({ amount: ((told.seconds ?? 0) / 3600) * 2 * 3, currency: "CHF" });
  });

  it("takes as long as earlier ones of its kind on that backend did for their work, and says of how many", async () => {
    await looked([node()]);
    expect((await estimateRun(researcher, input(2))).speed?.measuredRuns).toBe(0);
    for (const seconds of [130, 230, 1030]) {
      const id = await start(2);
      const startedAt = new Date(Date.now() - seconds * 1000);
      const done = { state: "succeeded", currentAttempt: 1, startedAt, finishedAt: new Date() } as const;
      await database().run.update({ where: { id }, data: done });
    }
    const told = await estimateRun(researcher, input(2));
    expect(told.speed?.measuredRuns).toBe(3);
    // The middle one, which took 200 seconds for the same work after its start.
    expect(told.seconds).toBeCloseTo(230, 0);
    expect((await estimateRun(researcher, input(1))).speed?.measuredRuns).toBe(0);
  });

  it("learns nothing of another study's corpus or model", async () => {
    const stranger = await makeMember(await makeStudy(), "researcher");
    await looked([node()]);
    expect((await estimateRun(stranger, input(2))).seconds).toBeNull();
    await database().checkpoint.update({ where: { id: checkpointId }, data: { studyId: researcher.studyId } });
    expect((await estimateRun(stranger, input(2))).memory).toBeNull();
    await database().checkpoint.update({ where: { id: checkpointId }, data: { studyId: null } });
  });
});
