import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attemptFile } from "@/lib/compute/attempt-files";
import { type RunKind, runKinds } from "@/lib/compute/specs/index";
import { startRun } from "@/lib/compute/start-run";
import { database, inTransaction } from "@/lib/platform/database/client";
import { storeRoot } from "@/lib/platform/storage/addresses";
import { uniformGenerator } from "@/lib/stats/numerics/random";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { makePlannedRuns, planRuns } from "./testing/planned-runs";
import {
  endWorker,
  findRunner,
  killProcess,
  ofRun,
  queueIsThere,
  startRealParts,
  startWorkerProcess,
} from "./testing/real-parts";

/** Set by `npm test`; by hand: the `python` of the runner's environment. */
const python = process.env.STUDIO_TEST_PYTHON ?? "";
const reason = "STUDIO_TEST_PYTHON names no Python environment of the runner";
/** Other moments with another seed, for who hunts. */
const seed = Number(process.env.TEST_KILLS_SEED ?? 1);

/** What each kind's success writes besides the run itself; exactly one, however often its process died. */
const madeBy: Record<RunKind, (madeByRunId: string) => Promise<number>> = {
  "train-classifier": (madeByRunId) => database().classifier.count({ where: { madeByRunId } }),
  "classify-corpus": (madeByRunId) => database().corpus.count({ where: { madeByRunId } }),
  pretrain: (madeByRunId) => database().checkpoint.count({ where: { madeByRunId } }),
  merge: (madeByRunId) => database().checkpoint.count({ where: { madeByRunId } }),
  evaluate: (madeByRunId) => database().evaluation.count({ where: { madeByRunId } }),
  generate: (madeByRunId) => database().answerSet.count({ where: { madeByRunId } }),
  "analyse-answers": (analysedByRunId) => database().answerSet.count({ where: { analysedByRunId } }),
};

describe.skipIf(!existsSync(python))(`every kind of run on real parts (skipped where ${reason})`, () => {
  let parts: Awaited<ReturnType<typeof startRealParts>>;
  let worker: ChildProcess;
  let researcher: StudyActor;
  const runs = new Map<RunKind, string>();

  beforeAll(async () => {
    // Room for all at once, so that all are at work when Ray dies.
    parts = await startRealParts(python, 2 * runKinds.length);
    Object.assign(process.env, parts.environment);
    const planned = makePlannedRuns(python, storeRoot());
    researcher = await makeMember(await makeStudy(), "researcher");
    worker = startWorkerProcess(parts.environment);
    await queueIsThere();
    for (const input of await planRuns(researcher, planned)) {
      const { id } = await inTransaction((transaction) => startRun(transaction, researcher, input));
      runs.set(input.kind, id);
    }
  }, 600_000);

  afterAll(async () => {
    await endWorker(worker);
    await parts.stop();
  }, 120_000);

  const isOver = (runId: string) =>
    database().run.findFirst({ where: { id: runId, state: { in: ["succeeded", "failed"] } } });

  it("ends right though Ray's head, all runners, the worker and the database are killed while it is at work", async () => {
    const random = uniformGenerator(seed);
    // Each is held at a moment of its own, so that short runs too are in the middle when everything dies.
    const held = await Promise.all(
      [...runs].map(async ([kind, id]) => {
        const pause = random() * 8000;
        const runner = await ofRun(id, `the runner of ${kind}`, async () => (await isOver(id)) || findRunner(id, 1));
        await wait(pause);
        if (typeof runner !== "number" || findRunner(id, 1) === undefined) return null;
        killProcess(runner, "SIGSTOP");
        // The manifest is a run's last word: with it the attempt has succeeded, whatever becomes of its process.
        return existsSync(attemptFile({ runId: id, number: 1 }, "manifest.json")) ? null : kind;
      }),
    );
    parts.killRayHead();
    worker.kill("SIGKILL");
    worker = startWorkerProcess(parts.environment);

    const again = [...runs].filter(([kind]) => held.includes(kind));
    expect(again.length).toBeGreaterThan(0);
    await Promise.any(
      again.map(([kind, id]) => ofRun(id, `the next runner of ${kind}`, async () => findRunner(id, 2) !== undefined)),
    );
    await wait(random() * 8000);
    parts.breakDatabase();

    for (const [kind, id] of runs) {
      await ofRun(id, `the end of ${kind}`, () => isOver(id));
      const run = await database().run.findUniqueOrThrow({
        where: { id },
        include: { attempts: { orderBy: { number: "asc" } }, artifacts: true },
      });
      const last = run.attempts.at(-1);
      expect({ kind, state: run.state, failure: run.failureDetail }).toEqual({
        kind,
        state: "succeeded",
        failure: null,
      });
      expect(run.attempts.length, kind).toBeGreaterThan(held.includes(kind) ? 1 : 0);
      expect(new Set(run.artifacts.map(({ attempt }) => attempt)), kind).toEqual(new Set([last?.number]));
      expect(await madeBy[kind](id), kind).toBe(1);
      expect(await database().auditEntry.count({ where: { subjectId: id, action: "runs.succeeded" } }), kind).toBe(1);
      const counting = await database().metric.groupBy({
        by: ["name", "step"],
        where: { runId: id, superseded: false },
        _count: true,
      });
      expect(
        counting.filter(({ _count }) => _count > 1),
        kind,
      ).toEqual([]);
      const log = await database().runLog.findMany({ where: { runId: id, code: { startsWith: "event_file" } } });
      expect(log, kind).toEqual([]);
      await ofRun(id, `the end of the processes of ${kind}`, async () =>
        run.attempts.every(({ number }) => findRunner(id, number) === undefined),
      );
    }
  }, 1_200_000);
});
