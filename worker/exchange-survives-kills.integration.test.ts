import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listBackends } from "@/lib/compute/backends";
import { startRun } from "@/lib/compute/start-run";
import { database, inTransaction } from "@/lib/platform/database/client";
import { pathOf, storeRoot } from "@/lib/platform/storage/addresses";
import { openBucket } from "@/lib/platform/storage/bucket";
import { digestOf } from "@/lib/platform/storage/files";
import { type ObjectStore, startObjectStore, testPython } from "@/lib/platform/testing/object-store";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import {
  attemptsOf,
  endWorker,
  findRunner,
  killProcess,
  ofRun,
  queueIsThere,
  startRealParts,
  startWorkerProcess,
} from "./testing/real-parts";
import { makeTinyModelAndCorpus, tinyPretraining } from "./testing/tiny-pretraining";

const reason = "STUDIO_TEST_PYTHON names no Python environment of the runner";
const steps = 45;

describe.skipIf(!existsSync(testPython))(`a run as a job of Ray through a bucket (skipped where ${reason})`, () => {
  let store: ObjectStore;
  let scratch: string;
  let parts: Awaited<ReturnType<typeof startRealParts>>;
  let worker: ChildProcess;
  let researcher: StudyActor;

  beforeAll(async () => {
    store = await startObjectStore();
    scratch = mkdtempSync(path.join(tmpdir(), "studio-scratch-"));
    // In the environment with which Ray is started, as an administrator sets it.
    Object.assign(process.env, store.clusterEnvironment, { DEFINEMED_SCRATCH: scratch });
    parts = await startRealParts(testPython);
    Object.assign(process.env, parts.environment);
    makeTinyModelAndCorpus(testPython, storeRoot());
    researcher = await makeMember(await makeStudy(), "researcher");
    const local = (await listBackends()).find((backend) => backend.local);
    await database().backend.update({ where: { id: local?.id ?? "" }, data: { exchangeAddress: store.address } });
    worker = startWorkerProcess(parts.environment);
    await queueIsThere();
  }, 600_000);

  afterAll(async () => {
    await endWorker(worker);
    await parts.stop();
    await store.stop();
    rmSync(scratch, { recursive: true, force: true });
  }, 120_000);

  it("goes on from a checkpoint there after kill -9, and its artifacts come home whole", async () => {
    const parameters = { ...tinyPretraining.parameters, maxSteps: steps, checkpointEverySteps: 15 };
    const { id } = await inTransaction((transaction) =>
      startRun(transaction, researcher, { ...tinyPretraining, parameters }),
    );
    const bucket = openBucket(store.address);
    const inBucket = async (place: string) => [...(await bucket.names(`runs/${id}/${place}`)).keys()];
    const killed = await ofRun(id, "a checkpoint in the bucket", async () => {
      const newest = (await attemptsOf(id)).at(-1);
      const names = newest ? await inBucket(`attempts/${newest.number}/checkpoints/`) : [];
      const isWhole = newest?.checkpointStep && names.some((name) => name.endsWith("/complete.json"));
      return isWhole && findRunner(id, newest.number) !== undefined ? newest : null;
    });
    killProcess(findRunner(id, killed.number), "SIGKILL");

    const run = await ofRun(id, "the end of the run", () =>
      database().run.findFirst({
        where: { id, state: { in: ["succeeded", "failed"] } },
        include: { attempts: { orderBy: { number: "asc" } }, artifacts: true },
      }),
    );
    const last = run.attempts.at(-1);
    expect(run).toMatchObject({
      ...{ state: "succeeded", failureCode: null, summary: { steps } },
      artifacts: [{ name: "model", attempt: last?.number }],
    });
    expect(run.attempts.find(({ number }) => number === killed.number)).toMatchObject({ failureCode: "process_died" });
    expect(last?.number).toBeGreaterThan(killed.number);
    expect(last?.resumeStep).toBeGreaterThan(0);

    const [model] = run.artifacts;
    expect(await digestOf(pathOf(model?.address ?? ""))).toBe(model?.digest);
    const losses = await database().metric.findMany({
      where: { runId: id, name: "loss", superseded: false },
      orderBy: { step: "asc" },
    });
    expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, index) => index + 1));

    // What is large stays neither in the bucket nor on the machine of the runner.
    await ofRun(id, "the end of what was sent", async () => {
      const left = await inBucket("attempts/");
      return left.every((name) => !/\/(checkpoints|outputs)\//.test(name));
    });
    await ofRun(id, "a machine without folders of attempts", async () => {
      const folders = readdirSync(scratch, { recursive: true, encoding: "utf8" });
      return folders.every((name) => !/attempts\/[^/]+\/./.test(name));
    });
  }, 1_800_000);
});
