import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { canonicalJson } from "./canonical-json";
import { repeatRun } from "./repeat-run";
import { presets } from "./specs/index";
import { startRawRun } from "./start-raw-run";
import { makeBackend, makeRun, runOf } from "./testing/runs";

useTestDatabase();

let researcher: StudyActor;
let backendId: string;

beforeAll(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
});
beforeEach(async () => {
  backendId = await makeBackend("http://127.0.0.1:1");
});
afterEach(() => database().backend.updateMany({ data: { archivedAt: new Date() } }));

const waitingTicks = (runId: string) =>
  database().$queryRaw<object[]>`select 1 from graphile_worker.jobs where key = ${`run:${runId}`}`;

describe("starting a run", () => {
  it("writes it with lineage, audit entry and first tick", async () => {
    const targetId = crypto.randomUUID();
    const runId = await makeRun(researcher, backendId, { edges: [{ kind: "checkpoint", targetId, role: "first" }] });
    expect(await runOf(runId)).toMatchObject({ state: "queued", seed: 1, createdById: researcher.personId });
    expect(await database().runEdge.findMany({ where: { runId } })).toMatchObject([
      { direction: "input", kind: "checkpoint", targetId, role: "first" },
    ]);
    expect(await database().auditEntry.findMany({ where: { subjectId: runId } })).toMatchObject([
      { action: "runs.start", studyId: researcher.studyId, personId: researcher.personId },
    ]);
    expect(await waitingTicks(runId)).toHaveLength(1);
  });

  it("gives equal specs equal hashes, whatever the order of their fields", async () => {
    const inputs = {
      second: { digest: null, address: "store:models/second" },
      first: { digest: null, address: "store:models/first" },
    };
    const same = await runOf(await makeRun(researcher, backendId, { inputs }));
    const one = await runOf(await makeRun(researcher, backendId));
    const other = await runOf(await makeRun(researcher, backendId, { seed: 2 }));
    expect(same.specHash).toBe(one.specHash);
    expect(other.specHash).not.toBe(one.specHash);
  });

  it.each([
    [
      "a threshold beyond 1",
      {
        kind: "classify-corpus" as const,
        parameters: { ...presets["classify-corpus"].example, threshold: 1.2 },
        inputs: { corpus: { address: "store:c", digest: null }, classifier: { address: "store:d", digest: null } },
      },
      "spec_invalid",
      "parameters.threshold",
    ],
    [
      "a warm-up as long as the training",
      {
        kind: "pretrain" as const,
        parameters: { ...presets.pretrain.example, warmupSteps: 60 },
        inputs: { corpus: { address: "store:c", digest: null }, base: { address: "store:d", digest: null } },
      },
      "warmup_too_long",
      "parameters.warmupSteps",
    ],
    ["an unknown parameter", { parameters: { ...presets.merge.example, speed: 3 } }, "spec_invalid", "parameters"],
    ["a missing input", { inputs: {} }, "spec_invalid", "inputs.first"],
    [
      "an address that climbs",
      { inputs: { first: { address: "store:../x", digest: null }, second: { address: "store:b", digest: null } } },
      "spec_invalid",
      "inputs.first.address",
    ],
    ["a seed beyond the database's integers", { seed: 4_000_000_000 }, "spec_invalid", "seed"],
  ])("refuses %s, names the field, and writes nothing", async (_, input, code, field) => {
    const before = await database().run.count();
    await expect(makeRun(researcher, backendId, input)).rejects.toMatchObject({
      status: 422,
      code,
      fields: expect.arrayContaining([expect.objectContaining({ path: field })]),
    });
    expect(await database().run.count()).toBe(before);
  });

  it("refuses a backend that is taken out of use, and says when there is none at all", async () => {
    await database().backend.updateMany({ data: { archivedAt: new Date() } });
    await expect(makeRun(researcher, backendId)).rejects.toMatchObject({ code: "backend_unknown" });
    await expect(makeRun(researcher, "")).rejects.toMatchObject({ code: "backend_missing" });
  });
});

describe("a run by its bare spec", () => {
  const parameters = presets.merge.example;
  const of = (first: string, second: string) => ({
    kind: "merge" as const,
    name: "By the API",
    inputs: { first: { address: first, digest: null }, second: { address: second, digest: null } },
    parameters: { ...parameters, t: { ...parameters.t } },
  });
  const digest = `sha256:${"a".repeat(64)}`;

  it("takes the study's and the instance's checkpoints, with their digest and lineage", async () => {
    const base = await database().checkpoint.create({
      data: { kind: "base", name: "base", address: "file:///models/base", digest },
    });
    const own = await database().checkpoint.create({
      data: { kind: "pretrained", name: "own", address: "store:own", studyId: researcher.studyId },
    });
    const { id } = await startRawRun(researcher, of(base.address, own.address));
    expect((await runOf(id)).spec).toMatchObject({ inputs: { first: { digest }, second: { digest: null } } });
    const edges = await database().runEdge.findMany({ where: { runId: id } });
    expect(edges.map(({ role, targetId }) => [role, targetId]).sort()).toEqual([
      ["first", base.id],
      ["second", own.id],
    ]);
  });

  it("does not read files of the machine, nor what belongs to another study", async () => {
    const otherStudy = await makeStudy();
    await database().checkpoint.create({
      data: { kind: "merged", name: "theirs", address: "store:theirs", studyId: otherStudy },
    });
    await expect(startRawRun(researcher, of("file:///etc", "store:theirs"))).rejects.toMatchObject({
      status: 422,
      code: "input_unknown",
      fields: [{ path: "inputs.first" }, { path: "inputs.second" }],
    });
  });
});

describe("the same start twice", () => {
  it("is one run, one audit entry, one tick, also when both come at once", async () => {
    const startKey = crypto.randomUUID();
    const [one, other] = await Promise.all([
      makeRun(researcher, backendId, { startKey }),
      makeRun(researcher, backendId, { startKey }),
    ]);
    expect(one).toBe(other);
    expect(await makeRun(researcher, backendId, { startKey })).toBe(one);
    expect(await database().run.count({ where: { startKey } })).toBe(1);
    expect(await database().auditEntry.count({ where: { subjectId: one, action: "runs.start" } })).toBe(1);
  });

  it("is two runs with two keys, and with the same key in two studies", async () => {
    const startKey = crypto.randomUUID();
    const first = await makeRun(researcher, backendId, { startKey });
    expect(await makeRun(researcher, backendId, { startKey: crypto.randomUUID() })).not.toBe(first);
    const stranger = await makeMember(await makeStudy(), "researcher");
    expect(await makeRun(stranger, backendId, { startKey })).not.toBe(first);
  });

  it("with a key of another kind of run is refused", async () => {
    const startKey = crypto.randomUUID();
    await makeRun(researcher, backendId, { startKey });
    await expect(
      makeRun(researcher, backendId, {
        startKey,
        kind: "evaluate",
        inputs: { model: { address: "store:m", digest: null }, questions: { address: "store:q", digest: null } },
        parameters: presets.evaluate.example,
      }),
    ).rejects.toMatchObject({ status: 409, code: "start_key_used" });
  });

  it("goes for a repetition too", async () => {
    const runId = await makeRun(researcher, backendId);
    const startKey = crypto.randomUUID();
    const [one, other] = await Promise.all([
      repeatRun(researcher, runId, startKey),
      repeatRun(researcher, runId, startKey),
    ]);
    expect(one.id).toBe(other.id);
    expect((await repeatRun(researcher, runId)).id).not.toBe(one.id);
  });
});

describe("repeating a run", () => {
  it("starts a new one with the same spec and lineage, in the same study only", async () => {
    const targetId = crypto.randomUUID();
    const runId = await makeRun(researcher, backendId, {
      seed: 7,
      edges: [{ kind: "checkpoint", targetId, role: "first" }],
    });
    const { id } = await repeatRun(researcher, runId);
    const [run, repeated] = [await runOf(runId), await runOf(id)];
    expect(repeated).toMatchObject({ specHash: run.specHash, seed: 7, state: "queued", currentAttempt: 0 });
    expect(await database().runEdge.count({ where: { runId: id, targetId } })).toBe(1);
    const stranger = await makeMember(await makeStudy(), "researcher");
    await expect(repeatRun(stranger, runId)).rejects.toMatchObject({ status: 404 });
  });
});

describe("canonical JSON", () => {
  it("sorts keys, keeps the order of lists, and refuses what JSON can't carry", () => {
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: "ü" } })).toBe('{"a":{"c":"ü","d":null},"b":[2,1]}');
    expect(() => canonicalJson({ a: Number.NaN })).toThrow();
  });
});
