import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { attemptFile } from "./attempt-files";
import { cancelRun } from "./cancel-run";
import { timing } from "./lifecycle/timing";
import { resumeRun } from "./resume-run";
import { resumableStep } from "./rules";
import { type RayStandIn, startRayStandIn } from "./testing/ray-stand-in";
import {
  backendToken,
  makeBackend,
  makeRun,
  metric,
  metricsOf,
  runOf,
  testClock,
  writeCheckpoint,
  writeEventFile,
  writeManifest,
} from "./testing/runs";

useTestDatabase();

let ray: RayStandIn;
let researcher: StudyActor;
let runId: string;
let clock: ReturnType<typeof testClock>;

beforeAll(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
});

beforeEach(async () => {
  await ray?.close();
  ray = await startRayStandIn(backendToken);
  runId = await makeRun(researcher, await makeBackend(ray.address));
  clock = testClock();
});

afterAll(() => ray.close());

const place = (number = 1) => ({ runId, number });

/** At work, with a checkpoint at step 2 and a point beyond it. */
async function reachCheckpoint() {
  await clock.advance(runId);
  ray.move("RUNNING");
  await writeEventFile(place(), 1, [metric(1), metric(2), await writeCheckpoint(place(), 2), metric(3)]);
  await clock.advance(runId);
}

/** Fails for what only people can mend. */
async function fail(number = 1) {
  await writeWhole(attemptFile(place(number), "outcome.json"), '{"code":"out_of_memory","message":"Too large."}');
  ray.move("FAILED", { driver_exit_code: 2 });
  await clock.advance(runId);
}

describe("a run that is resumed", () => {
  it("goes on from its newest checkpoint after it failed, with the same points before it, and succeeds", async () => {
    await reachCheckpoint();
    await fail();
    expect(await runOf(runId)).toMatchObject({ state: "failed", failureCode: "out_of_memory" });
    await resumeRun(researcher, runId);
    expect(await runOf(runId)).toMatchObject({
      ...{ state: "queued", failureCode: null, failureDetail: null, finishedAt: null },
    });
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "failed" }, { number: 2, resumeStep: 2 }]);
    expect((await metricsOf(runId)).counting.map(({ step }) => step)).toEqual([1, 2]);
    ray.move("RUNNING");
    await writeManifest(place(2));
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "succeeded", artifacts: [{ attempt: 2 }] });
    expect(await database().auditEntry.findMany({ where: { subjectId: runId, action: "runs.resume" } })).toMatchObject([
      { detail: { attempt: 2, failure: "out_of_memory" } },
    ]);
  });

  it("goes on after it was cancelled, and can be cancelled again", async () => {
    await reachCheckpoint();
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    ray.move("FAILED", { driver_exit_code: 3 });
    await clock.advance(runId);
    expect((await runOf(runId)).state).toBe("cancelled");
    await resumeRun(researcher, runId);
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "queued", attempts: [{}, { state: "pending", resumeStep: 2 }] });
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    expect((await runOf(runId)).attempts[1]).toMatchObject({ state: "stopping" });
  });

  it("has as many attempts as a new one", async () => {
    await reachCheckpoint();
    await fail();
    await resumeRun(researcher, runId);
    for (const attempt of [2, 3, 4]) {
      expect((await runOf(runId)).state).toBe("queued");
      await clock.advance(runId);
      ray.move("FAILED", { driver_exit_code: 1 });
      await clock.advance(runId);
      clock.pass(timing.backOff[attempt - 2] ?? 0);
    }
    expect(await runOf(runId)).toMatchObject({ state: "failed", currentAttempt: 4 });
  });

  it("by two people at once makes one further attempt, and the second hears so", async () => {
    await reachCheckpoint();
    await fail();
    const answers = await Promise.allSettled([resumeRun(researcher, runId), resumeRun(researcher, runId)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = answers.find((each) => each.status === "rejected");
    expect(refused?.reason).toMatchObject({ status: 409, code: "run_not_resumable" });
    await Promise.all([clock.advance(runId), clock.advance(runId)]);
    expect((await runOf(runId)).attempts).toHaveLength(2);
  });
});

describe("what can't be resumed", () => {
  it("is a run that lives, one that has succeeded, and another study's", async () => {
    await reachCheckpoint();
    const stranger = await makeMember(await makeStudy(), "researcher");
    await expect(resumeRun(stranger, runId)).rejects.toMatchObject({ status: 404 });
    await expect(resumeRun(researcher, runId)).rejects.toMatchObject({ status: 409, code: "run_not_resumable" });
    await writeManifest(place());
    await clock.advance(runId);
    await expect(resumeRun(researcher, runId)).rejects.toMatchObject({ status: 409, code: "run_not_resumable" });
    expect((await runOf(runId)).state).toBe("succeeded");
  });

  it("is a run whose backend is retired", async () => {
    await reachCheckpoint();
    await fail();
    const { backendId } = await runOf(runId);
    await database().backend.update({ where: { id: backendId }, data: { archivedAt: new Date() } });
    await expect(resumeRun(researcher, runId)).rejects.toMatchObject({ status: 422, code: "backend_unknown" });
    expect((await runOf(runId)).state).toBe("failed");
  });

  it("shows no step to go on from", () => {
    const attempts = [{ checkpointStep: 20 }, { checkpointStep: 40 }, { checkpointStep: null }];
    expect(resumableStep({ state: "failed", attempts })).toBe(40);
    expect(resumableStep({ state: "cancelled", attempts })).toBe(40);
    expect(resumableStep({ state: "running", attempts })).toBeNull();
    expect(resumableStep({ state: "succeeded", attempts })).toBeNull();
    expect(resumableStep({ state: "failed", attempts: [{ checkpointStep: null }] })).toBeNull();
  });
});
