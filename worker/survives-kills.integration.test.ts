import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listBackends } from "@/lib/compute/backends";
import { cancelRun } from "@/lib/compute/cancel-run";
import { testBackend } from "@/lib/compute/checks/test-backend";
import { runnerRelease } from "@/lib/compute/runner-release";
import { startRun } from "@/lib/compute/start-run";
import { database, inTransaction } from "@/lib/platform/database/client";
import { storeRoot } from "@/lib/platform/storage/addresses";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makePerson, makeStudy } from "@/lib/studies/testing/people";
import {
  attemptsOf,
  endWorker,
  eventually,
  findRunner,
  killProcess,
  ofRun,
  queueIsThere,
  startRealParts,
  startWorkerProcess,
} from "./testing/real-parts";
import { makeTinyModelAndCorpus, steps, tinyPretraining } from "./testing/tiny-pretraining";

/** Set by `npm test`; by hand: the `python` of the runner's environment. */
const python = process.env.STUDIO_TEST_PYTHON ?? "";
const reason = "STUDIO_TEST_PYTHON names no Python environment of the runner";

describe.skipIf(!existsSync(python))(`a pre-training run on real parts (skipped where ${reason})`, () => {
  let parts: Awaited<ReturnType<typeof startRealParts>>;
  let worker: ChildProcess;
  let researcher: StudyActor;

  beforeAll(async () => {
    parts = await startRealParts(python);
    Object.assign(process.env, parts.environment);
    makeTinyModelAndCorpus(python, storeRoot());
    researcher = await makeMember(await makeStudy(), "researcher");
    worker = startWorkerProcess(parts.environment);
    await queueIsThere();
  }, 600_000);

  afterAll(async () => {
    await endWorker(worker);
    await parts.stop();
  }, 120_000);

  const start = () => inTransaction((transaction) => startRun(transaction, researcher, tinyPretraining));
  const pointsAfter = (runId: string, attempt: number) =>
    database().metric.count({ where: { runId, attempt: { gt: attempt }, name: "loss" } });
  /**
   * The attempt whose runner is at work and has a checkpoint. Not always the first: on a machine that is short of memory
   * or processors an attempt may end by itself before it gets there, and the run goes on with the next.
   */
  const withCheckpoint = (runId: string) =>
    ofRun(runId, "a checkpoint", async () => {
      const newest = (await attemptsOf(runId)).at(-1);
      return newest?.checkpointStep && findRunner(runId, newest.number) !== undefined ? newest : null;
    });

  it("has a backend whose test finds its runner and its artifact store", async () => {
    const administrator = await makePerson("Administrator", { administrator: true });
    const local = (await listBackends()).find((backend) => backend.local);
    await testBackend(administrator, local?.id ?? "");
    const check = await eventually("what the test found", async () => {
      const found = (await listBackends()).find((backend) => backend.local)?.check;
      return found?.outcome ? found : null;
    });
    expect(check).toMatchObject({ outcome: "ready", nodes: [{ outcome: "ready", release: await runnerRelease() }] });
    expect(check.nodes[0]?.storeFreeBytes).toBeGreaterThan(0);
  }, 600_000);

  it("completes with nothing lost and nothing doubled though worker, runner and database are killed in the middle", async () => {
    const { id } = await start();

    await ofRun(id, "first points", async () => (await pointsAfter(id, 0)) >= 2);
    worker.kill("SIGKILL");
    worker = startWorkerProcess(parts.environment);

    const killed = await withCheckpoint(id);
    killProcess(findRunner(id, killed.number), "SIGKILL");

    await ofRun(id, "points of the next attempt", async () => (await pointsAfter(id, killed.number)) >= 2);
    parts.breakDatabase();

    const run = await ofRun(id, "the end of the run", () =>
      database().run.findFirst({
        where: { id, state: { in: ["succeeded", "failed"] } },
        include: { attempts: { orderBy: { number: "asc" } }, artifacts: true },
      }),
    );
    const last = run.attempts.at(-1);
    expect(run).toMatchObject({
      state: "succeeded",
      failureCode: null,
      artifacts: [{ name: "model", attempt: last?.number }],
      summary: { steps },
    });
    expect(run.attempts.find(({ number }) => number === killed.number)).toMatchObject({
      state: "failed",
      failureCode: "process_died",
    });
    expect(last).toMatchObject({ state: "succeeded" });
    expect(last?.resumeStep).toBeGreaterThan(0);

    const losses = await database().metric.findMany({
      where: { runId: id, name: "loss", superseded: false },
      orderBy: { step: "asc" },
    });
    expect(losses.map(({ step }) => step)).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
    const log = await database().runLog.findMany({ where: { runId: id } });
    expect(log.filter(({ code }) => code?.startsWith("event_file"))).toEqual([]);
    expect(await database().auditEntry.count({ where: { subjectId: id, action: "runs.succeeded" } })).toBe(1);
    expect(await database().checkpoint.count({ where: { madeByRunId: id } })).toBe(1);
  }, 900_000);

  it("goes on from its checkpoint after Ray was restarted and has forgotten it", async () => {
    const { id } = await start();
    const forgotten = await withCheckpoint(id);
    await parts.killRay();
    await ofRun(id, "points of the next attempt", async () => (await pointsAfter(id, forgotten.number)) >= 1);
    const attempts = await attemptsOf(id);
    expect(attempts.find(({ number }) => number === forgotten.number)).toMatchObject({ state: "lost" });
    expect(attempts.at(-1)?.resumeStep).toBeGreaterThan(0);
    expect(findRunner(id, forgotten.number)).toBeUndefined();

    await cancelRun(researcher, id);
    await ofRun(id, "the cancelled run", () => database().run.findFirst({ where: { id, state: "cancelled" } }));
    const runners = async () => (await attemptsOf(id)).map(({ number }) => findRunner(id, number));
    await eventually("the end of the runner", async () => (await runners()).every((runner) => runner === undefined));
  }, 900_000);
});
