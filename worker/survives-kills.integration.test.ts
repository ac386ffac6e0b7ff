import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cancelRun } from "@/lib/compute/cancel-run";
import { startRun } from "@/lib/compute/start-run";
import { closeDatabase, database, inTransaction } from "@/lib/platform/database/client";
import { storeRoot } from "@/lib/platform/storage/addresses";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { eventually, findRunner, killProcess, startRealParts, startWorkerProcess } from "./testing/real-parts";
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
    // Its queue has to be there before a run can be put into it.
    await eventually("the queue", () => database().$queryRaw`select 1 from graphile_worker.jobs limit 1`);
  }, 600_000);

  afterAll(async () => {
    const ended = once(worker, "exit");
    worker.kill("SIGTERM");
    await ended;
    await closeDatabase();
    await parts.stop();
  }, 120_000);

  const start = () => inTransaction((transaction) => startRun(transaction, researcher, tinyPretraining));
  const pointsOf = (runId: string, attempt: number) =>
    database().metric.count({ where: { runId, attempt, name: "loss" } });
  const attemptOf = (runId: string, number: number) =>
    database().attempt.findUnique({ where: { runId_number: { runId, number } } });
  /** As `eventually`; what never came is told together with how the run's attempts stand. */
  async function ofRun<T>(runId: string, what: string, ask: () => Promise<T | null | undefined | false>): Promise<T> {
    return eventually(what, ask).catch(async (error: Error) => {
      const attempts = await database().attempt.findMany({ where: { runId }, orderBy: { number: "asc" } });
      throw new Error(`${error.message}; its attempts: ${JSON.stringify(attempts, null, 1)}`);
    });
  }

  it("completes with nothing lost and nothing doubled though worker, runner and database are killed in the middle", async () => {
    const { id } = await start();

    await ofRun(id, "first points", async () => (await pointsOf(id, 1)) >= 2);
    worker.kill("SIGKILL");
    worker = startWorkerProcess(parts.environment);

    await ofRun(id, "a checkpoint", async () => (await attemptOf(id, 1))?.checkpointStep);
    killProcess(findRunner(id, 1), "SIGKILL");

    await ofRun(id, "points of the second attempt", async () => (await pointsOf(id, 2)) >= 2);
    parts.breakDatabase();

    const run = await ofRun(id, "the end of the run", () =>
      database().run.findFirst({
        where: { id, state: { in: ["succeeded", "failed"] } },
        include: { attempts: { orderBy: { number: "asc" } }, artifacts: true },
      }),
    );
    expect(run).toMatchObject({
      state: "succeeded",
      failureCode: null,
      artifacts: [{ name: "model", attempt: 2 }],
      summary: { steps },
      attempts: [
        { number: 1, state: "failed", failureCode: "process_died" },
        { number: 2, state: "succeeded" },
      ],
    });
    expect(run.attempts[1]?.resumeStep).toBeGreaterThan(0);

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
    await ofRun(id, "a checkpoint", async () => (await attemptOf(id, 1))?.checkpointStep);
    await parts.killRay();
    await ofRun(id, "points of the second attempt", async () => (await pointsOf(id, 2)) >= 1);
    expect(await attemptOf(id, 1)).toMatchObject({ state: "lost" });
    expect((await attemptOf(id, 2))?.resumeStep).toBeGreaterThan(0);
    expect(findRunner(id, 1)).toBeUndefined();

    await cancelRun(researcher, id);
    await ofRun(id, "the cancelled run", () => database().run.findFirst({ where: { id, state: "cancelled" } }));
    await eventually("the end of the runner", async () => findRunner(id, 2) === undefined);
  }, 900_000);
});
