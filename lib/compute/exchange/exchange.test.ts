import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import type { Bucket } from "@/lib/platform/storage/bucket";
import { digestOf, writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { hasTestPython, type ObjectStore, startObjectStore, testPython } from "@/lib/platform/testing/object-store";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makePerson, makeStudy } from "@/lib/studies/testing/people";
import { attemptFile, sizeOf } from "../attempt-files";
import { archiveBackend, createBackend, listBackends } from "../backends";
import { cancelRun } from "../cancel-run";
import { advanceCheck } from "../checks/advance-check";
import { testBackend } from "../checks/test-backend";
import { newBackendSchema } from "../schema";
import type { StartRunInput } from "../start-run";
import { sweepRuns } from "../sweep-runs";
import { type RayStandIn, startRayStandIn } from "../testing/ray-stand-in";
import { backendToken, makeBackend, makeRun, metric, runOf, testClock, writeManifest } from "../testing/runs";
import { attemptKey, openExchange } from "./open-exchange";

useTestDatabase();

describe.skipIf(!hasTestPython)("a backend with an exchange bucket", () => {
  let store: ObjectStore;
  let bucket: Bucket;
  let ray: RayStandIn;
  let researcher: StudyActor;
  let backendId: string;
  let runId: string;
  let clock: ReturnType<typeof testClock>;

  beforeAll(async () => {
    store = await startObjectStore();
    bucket = openExchange(store.address);
    researcher = await makeMember(await makeStudy(), "researcher");
  }, 60_000);
  afterAll(() => store.stop());

  beforeEach(async () => {
    ray = await startRayStandIn(backendToken);
    backendId = await makeBackend(ray.address);
    await database().backend.update({ where: { id: backendId }, data: { exchangeAddress: store.address } });
    for (const name of ["first", "second"]) {
      await writeWhole(path.join(pathOf(`store:models/${name}`), "deeper", "weights.bin"), `weights of the ${name}`);
    }
    store.mend();
    await empty();
    store.mend();
    runId = await makeRun(researcher, backendId);
    clock = testClock();
  });
  afterEach(() => ray.close());

  const place = (number = 1) => ({ runId, number });
  const put = (number: number, name: string, content: string) => bucket.write(attemptKey(place(number), name), content);
  const there = async (number: number, name: string) => (await bucket.look(attemptKey(place(number), name))) !== null;
  const here = async (...names: string[]) => (await sizeOf(attemptFile(place(), ...names))) !== null;
  const text = async (key: string) => Buffer.from((await bucket.read(key, 1e6)) as Uint8Array).toString();
  const isSubmitted = (number = 1) => ray.submissions.length === number;

  async function empty() {
    for (const name of (await bucket.names("")).keys()) await bucket.remove(name);
  }

  /** One step of the run after the other until it is so; what is carried beside the ticks takes its time. */
  async function until(what: () => boolean | Promise<boolean>) {
    for (let step = 0; step < 100; step++) {
      if (await what()) return;
      await clock.advance(runId);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`it never came to that: ${JSON.stringify(await runOf(runId))}`);
  }
  const sweep = () => sweepRuns.run({}, { signal: new AbortController().signal });
  const untilState = (state: string) => until(async () => (await runOf(runId)).state === state);

  async function reachRunning() {
    await until(isSubmitted);
    ray.move("RUNNING");
    await clock.advance(runId);
  }

  /** What a runner on the cluster would have sent when it was done. */
  async function bringOutputs() {
    // Made here as in a shared folder, then moved.
    await writeManifest(place());
    for (const name of ["outputs/model/model.safetensors", "manifest.json"]) {
      const file = attemptFile(place(), ...name.split("/"));
      await put(1, name, await readFile(file, "utf8"));
      await rm(file);
    }
  }

  /** The real runner as on a node of the cluster, with what an administrator sets there and what a job brings. */
  async function runRunner(words: string[], job: Record<string, string> = { DEFINEMED_STORE: store.address }) {
    const scratch = await mkdtemp(path.join(tmpdir(), "studio-scratch-"));
    const runner = spawn(testPython, ["-m", "definemed_runner", ...words], {
      env: {
        NODE_ENV: "test",
        PATH: process.env.PATH,
        PYTHONPATH: path.resolve("runner/src"),
        OMP_NUM_THREADS: "1",
        ...store.clusterEnvironment,
        DEFINEMED_SCRATCH: scratch,
        ...job,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    runner.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const [code] = await once(runner, "close");
    await rm(scratch, { recursive: true });
    return { code, output };
  }

  const tellCheckpoint = (number: number, step: number) => ({
    type: "checkpoint",
    step,
    address: `store:${attemptKey(place(number), "checkpoints", `step-${String(step).padStart(8, "0")}`)}`,
  });
  const events = (list: object[]) =>
    list.map((each) => `${JSON.stringify({ time: 1_800_000_000, ...each })}\n`).join("");

  it("gets its inputs by their digests and its spec before the job, which is told of the bucket and of no key", async () => {
    await until(isSubmitted);
    const digest = await digestOf(pathOf("store:models/first"));
    const where = `inputs/${digest.replace("sha256:", "")}`;
    expect(await text(`${where}/files/deeper/weights.bin`)).toBe("weights of the first");
    expect(JSON.parse(await text(`${where}/index.json`))).toMatchObject({ kind: "folder", files: [{ bytes: 20 }] });
    expect(await text(attemptKey(place(), "spec.json"))).toBe(
      await readFile(attemptFile(place(), "spec.json"), "utf8"),
    );
    expect(JSON.parse(await text(attemptKey(place(), "exchange.json"))).inputs.first).toBe(digest);
    const written = store.wire.seen.filter((each) => each.startsWith("PUT "));
    expect(written.at(-1)).toBe(`PUT ${attemptKey(place(), "spec.json")}`);
    const submission = JSON.stringify(ray.submissions[0]);
    expect(ray.submissions[0]?.runtime_env).toMatchObject({ env_vars: { DEFINEMED_STORE: store.address } });
    expect(submission).not.toContain(store.secret);
  });

  it("gets an input once, however many runs use it, and again what was cleaned away", async () => {
    await reachRunning();
    const sent = () => store.wire.seen.filter((each) => /^PUT inputs\/.*weights\.bin$/.test(each)).length;
    expect(sent()).toBe(2);
    runId = await makeRun(researcher, backendId);
    await until(() => isSubmitted(2));
    ray.move("RUNNING");
    await clock.advance(runId);
    expect(sent()).toBe(2);
    const digest = await digestOf(pathOf("store:models/first"));
    await bucket.remove(`inputs/${digest.replace("sha256:", "")}/files/deeper/weights.bin`);
    runId = await makeRun(researcher, backendId);
    await until(() => isSubmitted(3));
    expect(sent()).toBe(3);
  });

  it("brings events, then outputs, which are here before the manifest is, and leaves nothing large behind", async () => {
    await reachRunning();
    await put(1, "events/000001.jsonl", events([metric(1)]));
    await put(1, "events/000002.jsonl", events([metric(2)]));
    await clock.advance(runId);
    expect(await database().metric.count({ where: { runId } })).toBe(2);
    await bringOutputs();
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    await untilState("succeeded");
    expect(await readFile(attemptFile(place(), "outputs", "model", "model.safetensors"), "utf8")).toBe("weights");
    expect((await runOf(runId)).artifacts).toMatchObject([{ name: "model" }]);
    await until(async () => !(await there(1, "outputs/model/model.safetensors")));
    expect(await there(1, "manifest.json")).toBe(true);
  });

  it("that brings an altered output fails the attempt, and nothing of it is taken over", async () => {
    await reachRunning();
    await bringOutputs();
    await put(1, "outputs/model/model.safetensors", "weightz");
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    await until(async () => (await runOf(runId)).attempts[0]?.state === "failed");
    expect((await runOf(runId)).attempts[0]).toMatchObject({ failureCode: "manifest_invalid" });
    expect(await here("outputs", "model", "model.safetensors")).toBe(false);
    expect(await here("manifest.json")).toBe(false);
  });

  it("that names files outside of the attempt writes none there", async () => {
    await reachRunning();
    await writeManifest(place(), { files: [{ path: "outputs/../../../escaped", bytes: 1, sha256: "0".repeat(64) }] });
    await put(1, "manifest.json", await readFile(attemptFile(place(), "manifest.json"), "utf8"));
    await rm(attemptFile(place(), "manifest.json"));
    // Some stores take no such name at all.
    await put(1, "outputs/../../../escaped", "x").catch((error) => expect(error.code).toBe("store_refused"));
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    await until(async () => (await runOf(runId)).attempts[0]?.failureCode === "manifest_invalid");
    expect(await sizeOf(path.join(pathOf(`store:runs/${runId}`), "escaped"))).toBeNull();
  });

  it("is waited for while its bucket is away, and goes on without loss", async () => {
    store.wire.cut = true;
    await until(async () => (await runOf(runId)).attempts[0]?.waitingCode === "store_unreachable");
    store.wire.cut = false;
    await reachRunning();
    await put(1, "events/000001.jsonl", events([metric(1)]));
    store.wire.refuse = { status: 503, code: "SlowDown" };
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    await until(async () => (await runOf(runId)).attempts[0]?.waitingCode === "store_unreachable");
    clock.pass(3600);
    await clock.advance(runId);
    expect((await runOf(runId)).state).toBe("running");
    store.wire.refuse = null;
    await bringOutputs();
    await untilState("succeeded");
    expect(await database().metric.count({ where: { runId } })).toBe(1);
  });

  it("whose bucket refuses the studio is waited for with the reason", async () => {
    store.wire.refuse = { status: 403, code: "AccessDenied" };
    await until(async () => (await runOf(runId)).attempts[0]?.waitingCode === "store_access_denied");
    expect(ray.submissions).toHaveLength(0);
  });

  it("takes inputs over that were interrupted in the middle", async () => {
    store.wire.cutAfter = 4;
    await until(async () => (await runOf(runId)).attempts[0]?.waitingCode === "store_unreachable");
    const digest = (await digestOf(pathOf("store:models/second"))).replace("sha256:", "");
    expect((await bucket.names("").catch(() => new Map())).has(`inputs/${digest}/index.json`)).toBe(false);
    store.wire.cutAfter = null;
    await until(isSubmitted);
    expect((await bucket.names(`inputs/${digest}/`)).size).toBe(2);
  });

  it("is refused an input that is no longer what the run was planned with, or that is gone", async () => {
    const digest = await digestOf(pathOf("store:models/first"));
    const inputs: StartRunInput["inputs"] = {
      first: { address: "store:models/first", digest },
      second: { address: "store:models/second", digest: null },
    };
    await writeFile(path.join(pathOf("store:models/first"), "deeper", "weights.bin"), "others");
    runId = await makeRun(researcher, backendId, { inputs });
    await untilState("failed");
    expect((await runOf(runId)).failureCode).toBe("digest_mismatch");
    const gone = { ...inputs, first: { address: "store:models/gone", digest: null } };
    runId = await makeRun(researcher, backendId, { inputs: gone });
    await untilState("failed");
    expect((await runOf(runId)).failureCode).toBe("input_missing");
  });

  it("continues from the newest checkpoint that is whole in the bucket, after the old attempt is fenced there", async () => {
    await reachRunning();
    // Both were told of; of the second the process died before its mark was sent.
    const told = [metric(10), tellCheckpoint(1, 10), metric(20), tellCheckpoint(1, 20), metric(21)];
    await put(1, "events/000001.jsonl", events(told));
    await put(1, "checkpoints/step-00000010/complete.json", "{}");
    await put(1, "checkpoints/step-00000020/state.bin", "half");
    ray.move("FAILED", { error_type: "JOB_ENTRYPOINT_COMMAND_ERROR", driver_exit_code: 137 });
    await until(async () => (await runOf(runId)).attempts[0]?.state === "failed");
    await rm(path.dirname(attemptFile(place(), "control", "fenced")), { recursive: true });
    await bucket.remove(attemptKey(place(), "control/fenced"));

    clock.pass(60);
    store.wire.cut = true;
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toHaveLength(1);
    store.wire.cut = false;
    await until(() => isSubmitted(2));
    expect(await there(1, "control/fenced")).toBe(true);
    const run = await runOf(runId);
    expect(run.attempts[1]).toMatchObject({ resumeStep: 10, resumeAddress: tellCheckpoint(1, 10).address });
    expect(JSON.parse(await text(attemptKey(place(2), "spec.json"))).resume).toBe(tellCheckpoint(1, 10).address);
  });

  it("hears of a wish to cancel by its sign, also one that comes while results are fetched", async () => {
    await reachRunning();
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    expect(await there(1, "control/cancel")).toBe(true);
    await bringOutputs();
    ray.move("FAILED", { driver_exit_code: 3 });
    await untilState("cancelled");
    expect(await there(1, "control/fenced")).toBe(true);
  });

  it("is cancelled by Ray's own stop where the bucket is away", async () => {
    await reachRunning();
    store.wire.cut = true;
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    clock.pass(130);
    await clock.advance(runId);
    expect(ray.stopped).toHaveLength(1);
    ray.move("STOPPED");
    await clock.advance(runId);
    expect((await runOf(runId)).state).toBe("cancelled");

    // Its process may live on, unseen: it is fenced as soon as the bucket is back, once.
    await sweep();
    expect((await runOf(runId)).attempts).toMatchObject([{ fencedAt: null }]);
    store.wire.cut = false;
    expect(await there(1, "control/fenced")).toBe(false);
    await sweep();
    expect(await there(1, "control/fenced")).toBe(true);
    expect((await runOf(runId)).attempts).toMatchObject([{ fencedAt: expect.any(Date) }]);
    await bucket.remove(attemptKey(place(), "control/fenced"));
    await sweep();
    expect(await there(1, "control/fenced")).toBe(false);
  });

  it("that can't write to the bucket tells why by the job's log", async () => {
    await reachRunning();
    const said = `Traceback\n{"code": "store_access_denied", "message": "The artifact store refuses this cluster."}\n`;
    ray.move("FAILED", { error_type: "JOB_ENTRYPOINT_COMMAND_ERROR", driver_exit_code: 1, message: said });
    await clock.advance(runId);
    expect((await runOf(runId)).attempts[0]).toMatchObject({ state: "failed", failureCode: "store_access_denied" });
    expect((await runOf(runId)).state).not.toBe("failed");
  });

  it("is looked after by ticks at the same time as by one", async () => {
    await Promise.all([clock.advance(runId), clock.advance(runId), clock.advance(runId)]);
    await reachRunning();
    await bringOutputs();
    await Promise.all([clock.advance(runId), clock.advance(runId), clock.advance(runId)]);
    await untilState("succeeded");
    expect(ray.submissions).toHaveLength(1);
    expect(store.wire.seen.filter((each) => /^PUT inputs\/.*weights\.bin$/.test(each))).toHaveLength(2);
  });

  it("is left to the process that carries its files just now, for as long as that lives", async () => {
    store.wire.cut = true;
    await clock.advance(runId);
    const [attempt] = (await runOf(runId)).attempts;
    const hold = (transferUntil: Date) =>
      database().attempt.update({
        where: { id: attempt?.id ?? "" },
        data: { transferHolder: crypto.randomUUID(), transferUntil },
      });
    await hold(new Date(Date.now() + 60_000));
    store.mend();
    for (let step = 0; step < 3; step++) await clock.advance(runId);
    expect(store.wire.seen).toEqual([]);
    expect((await runOf(runId)).attempts[0]?.state).toBe("created");

    // A large corpus on its way keeps no other run from the backend.
    const held = runId;
    runId = await makeRun(researcher, backendId);
    await reachRunning();
    runId = held;
    await hold(new Date(Date.now() - 1));
    await until(async () => (await runOf(runId)).attempts[0]?.state === "pending");
  });

  it("is entered with its bucket, and its test has every node read and write there", async () => {
    const administrator = await makePerson("Administrator", { administrator: true });
    const input = { name: "Cluster", address: ray.address, token: backendToken };
    for (const exchangeAddress of ["https://studies", "s3://a/../b", ""]) {
      expect(newBackendSchema.safeParse({ ...input, exchangeAddress }).success).toBe(false);
    }
    const { id } = await createBackend(administrator, { ...input, exchangeAddress: `${store.address}/` });
    const found = async () => (await listBackends()).find((each) => each.id === id);
    expect((await found())?.exchangeAddress).toBe(store.address);

    const { id: checkId } = await testBackend(administrator, id);
    await advanceCheck(checkId, new Date());
    expect(ray.submissions.at(-1)?.runtime_env).toMatchObject({ env_vars: { DEFINEMED_STORE: store.address } });
    const { output } = await runRunner(["doctor", "--probe", `${checkId}/0`]);
    ray.move("SUCCEEDED", { driver_exit_code: 0, message: output });
    await advanceCheck(checkId, new Date());
    expect(await found()).toMatchObject({ check: { outcome: "ready", nodes: [{ outcome: "ready" }] } });
    expect((await bucket.names("probes/")).size).toBe(0);

    store.wire.refuse = { status: 403, code: "AccessDenied" };
    const { id: secondId } = await testBackend(administrator, id);
    await advanceCheck(secondId, new Date());
    expect((await found())?.check?.outcome).toBe("store_access_denied");
    const unseen = await runRunner(["doctor", "--probe", `${checkId}/0`]);
    expect(JSON.parse(unseen.output.split("\n").at(-2) ?? "").store).toMatchObject({ read: false });
    expect(unseen.output).toContain("store_access_denied");
    await archiveBackend(administrator, id);
  }, 120_000);

  it("carries a run out from end to end with the real runner, which sees nothing but the bucket", async () => {
    await mkdir(pathOf("store:answers"), { recursive: true });
    const rows =
      '[{"id": "a", "prompt": "Was ist Fieber?", "answer": "Fieber ist eine Erhöhung der Temperatur.", "tokens": 9, "finish": "stop"}]';
    const script = `import json, sys, pyarrow as pa, pyarrow.parquet as pq; pq.write_table(pa.Table.from_pylist(json.loads(sys.argv[1])), sys.argv[2])`;
    const made = spawn(testPython, ["-c", script, rows, pathOf("store:answers/answers.parquet")]);
    expect((await once(made, "exit"))[0]).toBe(0);
    runId = await makeRun(researcher, backendId, {
      kind: "analyse-answers",
      inputs: { answers: { address: "store:answers/answers.parquet", digest: null } },
      parameters: {},
    });
    await until(isSubmitted);
    ray.move("RUNNING");
    const { env_vars } = (ray.submissions.at(-1)?.runtime_env ?? {}) as { env_vars?: Record<string, string> };
    const { code } = await runRunner(["run", "--run-id", runId, "--attempt", "1"], env_vars);
    expect(code).toBe(0);
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    await untilState("succeeded");
    const run = await runOf(runId);
    expect(run.summary).toMatchObject({ answers: 1 });
    const [analysis] = run.artifacts;
    expect(await digestOf(pathOf(analysis?.address ?? ""))).toBe(analysis?.digest);
  }, 120_000);
});
