import { rm } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import { pathOf } from "@/lib/platform/storage/addresses";
import { writeWhole } from "@/lib/platform/storage/files";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "@/lib/studies/actor";
import { makeMember, makeStudy } from "@/lib/studies/testing/people";
import { attemptFile, sizeOf } from "../attempt-files";
import { cancelRun } from "../cancel-run";
import { addOutputEdge, forgetRunOutcome, registerRunOutcome } from "../outcomes";
import { readOutput } from "../read-output";
import { type RayStandIn, startRayStandIn } from "../testing/ray-stand-in";
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
} from "../testing/runs";
import { timing } from "./timing";

useTestDatabase();

let ray: RayStandIn;
let researcher: StudyActor;
let backendId: string;
let runId: string;
let clock: ReturnType<typeof testClock>;

beforeAll(async () => {
  researcher = await makeMember(await makeStudy(), "researcher");
});

beforeEach(async () => {
  await ray?.close();
  ray = await startRayStandIn(backendToken);
  backendId = await makeBackend(ray.address);
  runId = await makeRun(researcher, backendId);
  clock = testClock();
});

afterAll(() => ray.close());

const place = (number = 1) => ({ runId, number });
const exists = async (...names: string[]) => (await sizeOf(attemptFile(place(), ...names))) !== null;

async function reachRunning() {
  await clock.advance(runId);
  ray.move("RUNNING");
  await clock.advance(runId);
}

describe("a run that goes well", () => {
  it("is submitted once with ids only, is followed, and succeeds with its manifest", async () => {
    await clock.advance(runId);
    expect(ray.submissions).toHaveLength(1);
    expect(ray.submissions[0]?.entrypoint).toBe(`exec python -m definemed_runner run --run-id ${runId} --attempt 1`);
    expect(JSON.stringify(ray.submissions[0])).not.toContain(backendToken);
    expect(await runOf(runId)).toMatchObject({ state: "queued", attempts: [{ state: "pending" }] });

    ray.move("RUNNING");
    await writeEventFile(place(), 1, [
      metric(1),
      { type: "progress", done: 1, total: 4, unit: "tensors", phase: "merging" },
      { type: "log", level: "info", message: "begun" },
    ]);
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "running", progressDone: 1, progressTotal: 4 });

    await writeCheckpoint(place(), 2);
    await writeEventFile(place(), 2, [metric(2), { type: "warning", code: "slow", message: "slow" }]);
    await writeManifest(place());
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    expect(await clock.advance(runId)).toBeNull();
    const run = await runOf(runId);
    expect(run).toMatchObject({ state: "succeeded", summary: { tensors: 12 }, attempts: [{ state: "succeeded" }] });
    expect(run.artifacts).toMatchObject([{ name: "model", attempt: 1 }]);
    expect((await metricsOf(runId)).counting).toHaveLength(2);
    expect(await exists("checkpoints", "step-00000002", "complete.json")).toBe(false);
    expect(await database().runLog.findMany({ where: { runId }, orderBy: { file: "asc" } })).toMatchObject([
      { level: "info", message: "begun" },
      { level: "warning", code: "slow" },
    ]);
  });

  it("submits no second job where the reply to the first was lost", async () => {
    ray.mode.loseReply = true;
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({
      attempts: [{ state: "submitting", waitingCode: "backend_unreachable" }],
    });
    ray.mode.loseReply = false;
    await clock.advance(runId);
    expect(ray.submissions).toHaveLength(1);
    expect(await runOf(runId)).toMatchObject({ attempts: [{ state: "pending" }] });
  });

  it("succeeds by its manifest even while Ray can't be reached", async () => {
    await reachRunning();
    ray.mode.status = 503;
    await writeManifest(place());
    await clock.advance(runId);
    expect((await runOf(runId)).state).toBe("succeeded");
  });
});

describe("what a room makes of a success", () => {
  it("is committed exactly once, also by ticks at the same time, and with it the lineage", async () => {
    const targetId = crypto.randomUUID();
    registerRunOutcome("merge", {
      prepare: async (_run, manifest) => manifest.outputs[0]?.address ?? "",
      commit: async (transaction, run, _manifest, address) => {
        await transaction.checkpoint.create({
          data: { kind: "merged", name: run.name, address, studyId: run.studyId },
        });
        await addOutputEdge(transaction, run.id, { kind: "checkpoint", targetId, role: "model" });
      },
    });
    await reachRunning();
    await writeManifest(place());
    await Promise.all([clock.advance(runId), clock.advance(runId), clock.advance(runId)]);
    forgetRunOutcome("merge");
    expect(await database().checkpoint.count({ where: { address: { contains: runId } } })).toBe(1);
    expect(await database().runEdge.count({ where: { runId, direction: "output" } })).toBe(1);
    expect((await runOf(runId)).state).toBe("succeeded");
  });

  it("is undone whole when it throws half-way, and tried again", async () => {
    let throwing = true;
    registerRunOutcome("merge", {
      commit: async (transaction, run) => {
        await transaction.checkpoint.create({ data: { kind: "merged", name: run.id, address: "store:x" } });
        if (throwing) throw new Error("killed in the middle");
      },
    });
    await reachRunning();
    await writeManifest(place());
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "running", attempts: [{ waitingCode: "outcome_failing" }] });
    expect(await database().checkpoint.count({ where: { name: runId } })).toBe(0);
    throwing = false;
    await clock.advance(runId);
    forgetRunOutcome("merge");
    expect((await runOf(runId)).state).toBe("succeeded");
    expect(await database().checkpoint.count({ where: { name: runId } })).toBe(1);
  });

  it("fails the run with the code of its Problem", async () => {
    registerRunOutcome("merge", { commit: () => Promise.reject(unprocessable("scores_unusable")) });
    await reachRunning();
    await writeManifest(place());
    await clock.advance(runId);
    forgetRunOutcome("merge");
    expect(await runOf(runId)).toMatchObject({ state: "failed", failureCode: "scores_unusable", artifacts: [] });
  });
});

describe("an attempt that fails", () => {
  it("is followed by another one from the newest checkpoint, and what came after that is superseded", async () => {
    await reachRunning();
    const checkpoint = await writeCheckpoint(place(), 2);
    await writeEventFile(place(), 1, [metric(1), metric(2), checkpoint, metric(3)]);
    ray.move("FAILED", { driver_exit_code: 137, error_type: "JOB_ENTRYPOINT_COMMAND_ERROR", message: "Killed" });
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({
      state: "running",
      attempts: [{ state: "failed", failureCode: "process_died", failureDetail: "Killed" }],
    });
    expect(ray.submissions).toHaveLength(1);

    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    expect(await exists("control", "fenced")).toBe(true);
    expect(ray.submissions).toHaveLength(2);
    expect((await runOf(runId)).attempts[1]).toMatchObject({
      number: 2,
      resumeStep: 2,
      resumeAddress: checkpoint.address,
    });

    ray.move("RUNNING");
    await writeEventFile(place(2), 1, [metric(3), metric(4)]);
    await clock.advance(runId);
    const { rows, counting } = await metricsOf(runId);
    expect(counting.map(({ step, attempt }) => [step, attempt])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
    ]);
    expect(rows).toHaveLength(5);
  });

  it("keeps the curve of a filtering, whose checkpoints count shards and whose metrics documents", async () => {
    await database().run.update({ where: { id: runId }, data: { kind: "classify-corpus" } });
    await reachRunning();
    const checkpoint = await writeCheckpoint(place(), 2);
    await writeEventFile(place(), 1, [metric(4000), metric(9000), checkpoint, metric(12_000), metric(15_000)]);
    ray.move("FAILED", { driver_exit_code: 137, error_type: "JOB_ENTRYPOINT_COMMAND_ERROR", message: "Killed" });
    await clock.advance(runId);
    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    expect((await runOf(runId)).attempts[1]).toMatchObject({ resumeStep: 2 });
    const stepsOf = async () => (await metricsOf(runId)).counting.map(({ step, attempt }) => [step, attempt]);
    expect(await stepsOf()).toEqual([4000, 9000, 12_000, 15_000].map((step) => [step, 1]));

    // The shards that were done held 10,000 documents.
    ray.move("RUNNING");
    await writeEventFile(place(2), 1, [metric(11_000), metric(14_000)]);
    await clock.advance(runId);
    expect(await stepsOf()).toEqual([
      [4000, 1],
      [9000, 1],
      [11_000, 2],
      [14_000, 2],
    ]);
    expect((await metricsOf(runId)).rows).toHaveLength(6);
  });

  it("starts anew where the checkpoint that was told of is gone", async () => {
    await reachRunning();
    const checkpoint = await writeCheckpoint(place(), 2);
    await writeEventFile(place(), 1, [metric(1), metric(2), checkpoint]);
    ray.move("FAILED", { driver_exit_code: 1 });
    await clock.advance(runId);
    await rm(pathOf(checkpoint.address), { recursive: true });
    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    expect((await runOf(runId)).attempts[1]).toMatchObject({ resumeAddress: null });
    expect((await metricsOf(runId)).counting).toHaveLength(0);
  });

  it("is not repeated when the mistake is the user's", async () => {
    await reachRunning();
    await writeWhole(
      attemptFile(place(), "outcome.json"),
      JSON.stringify({ code: "digest_mismatch", message: "Other." }),
    );
    ray.move("FAILED", { driver_exit_code: 2 });
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({
      state: "failed",
      failureCode: "digest_mismatch",
      failureDetail: "Other.",
    });
    expect(ray.submissions).toHaveLength(1);
  });

  it("ends, whatever characters its runner's words have", async () => {
    await reachRunning();
    const outcome = { code: "digest_mismatch", message: "The file a\u0000b." };
    await writeWhole(attemptFile(place(), "outcome.json"), JSON.stringify(outcome));
    ray.move("FAILED", { driver_exit_code: 2 });
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "failed", failureDetail: "The file ab." });
  });

  it("is repeated when the fault may pass, up to the limit, with growing pauses", async () => {
    for (const attempt of [1, 2, 3]) {
      await clock.advance(runId);
      await writeWhole(attemptFile(place(attempt), "outcome.json"), '{"code":"store_full","message":"Full."}');
      ray.move("FAILED", { driver_exit_code: 1 });
      await clock.advance(runId);
      clock.pass(timing.backOff[attempt - 1] ?? 0);
    }
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "failed", failureCode: "store_full" });
    expect(ray.submissions).toHaveLength(3);
  });

  it("is followed by others without end as long as each leaves a further checkpoint, then up to the limit", async () => {
    const dies = async (attempt: number, step: number | null) => {
      await clock.advance(runId);
      if (step !== null) await writeEventFile(place(attempt), 1, [await writeCheckpoint(place(attempt), step)]);
      ray.move("FAILED", { driver_exit_code: 137, error_type: "JOB_ENTRYPOINT_COMMAND_ERROR" });
      await clock.advance(runId);
    };
    for (const attempt of [1, 2, 3, 4, 5]) {
      await dies(attempt, attempt * 10);
      clock.pass(timing.backOff[0]);
    }
    expect(await runOf(runId)).toMatchObject({ state: "queued", maxAttempts: 8 });
    await dies(6, null);
    clock.pass(timing.backOff[0]);
    // The step that was reached before is no progress.
    await dies(7, 50);
    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    expect(ray.submissions, "a longer pause").toHaveLength(7);
    clock.pass(timing.backOff[1]);
    await dies(8, null);
    const { state, attempts } = await runOf(runId);
    expect(state).toBe("failed");
    expect(attempts.map(({ resumeStep }) => resumeStep)).toEqual([null, 10, 20, 30, 40, 50, 50, 50]);
  });

  it("does not trust a checkpoint that an attempt could not continue from", async () => {
    await reachRunning();
    await writeEventFile(place(), 1, [await writeCheckpoint(place(), 2)]);
    ray.move("FAILED", { driver_exit_code: 1 });
    await clock.advance(runId);
    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    await writeWhole(attemptFile(place(2), "outcome.json"), '{"code":"checkpoint_damaged","message":"Damaged."}');
    ray.move("FAILED", { driver_exit_code: 2 });
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{}, { resumeStep: 2 }, { resumeStep: null }]);
  });

  it("is followed from the checkpoint before, where the newest one turns out to be damaged", async () => {
    await reachRunning();
    const before = await writeCheckpoint(place(), 2);
    const damaged = await writeCheckpoint(place(), 4);
    await writeEventFile(place(), 1, [before, metric(3), damaged, metric(5)]);
    // Not told of yet: what was measured before it may be lost.
    await writeCheckpoint(place(), 6);
    ray.move("FAILED", { driver_exit_code: 1 });
    await clock.advance(runId);
    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    await writeWhole(attemptFile(place(2), "outcome.json"), '{"code":"checkpoint_damaged","message":"Damaged."}');
    ray.move("FAILED", { driver_exit_code: 2 });
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([
      {},
      { resumeStep: 4, resumeAddress: damaged.address },
      { resumeStep: 2, resumeAddress: before.address },
    ]);
  });

  it("with exit code 0 but no manifest is no success", async () => {
    await reachRunning();
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    await clock.advance(runId);
    expect((await runOf(runId)).attempts[0]).toMatchObject({ state: "failed", failureCode: "manifest_missing" });
  });

  it.each([
    ["has another size", { files: [{ path: "outputs/model/model.safetensors", bytes: 9, sha256: "0".repeat(64) }] }],
    ["is missing", { files: [{ path: "outputs/other", bytes: 9, sha256: "0".repeat(64) }] }],
    ["lies outside", { files: [{ path: "outputs/../../../../../../etc/hostname", bytes: 9, sha256: "0".repeat(64) }] }],
    ["is of another attempt", { attempt: 7 }],
    ["is of another spec", { specDigest: `sha256:${"0".repeat(64)}` }],
    ["is no manifest", { outputs: "none" }],
    ["has a name that no file can have", { files: [{ path: "outputs/a\0b", bytes: 9, sha256: "0".repeat(64) }] }],
    ["tells what can't be kept", { summary: { worst: "a\u0000b" } }],
  ])("is no success when a file of the manifest %s", async (_, changes) => {
    await reachRunning();
    await writeManifest(place(), changes);
    ray.move("SUCCEEDED", { driver_exit_code: 0 });
    await clock.advance(runId);
    const { attempts, state } = await runOf(runId);
    expect(state).toBe("running");
    expect(attempts[0]).toMatchObject({ state: "failed", failureCode: "manifest_invalid" });
  });
});

describe("a backend that is away", () => {
  it.each([
    ["backend_unreachable", () => Object.assign(ray.mode, { status: 503 })],
    ["backend_too_old", () => Object.assign(ray.mode, { version: "2.53.9" })],
  ])("is waited for, visibly: %s", async (code, leave) => {
    leave();
    for (let count = 0; count < 5; count++) {
      await clock.advance(runId);
      clock.pass(3600);
    }
    expect(await runOf(runId)).toMatchObject({
      state: "queued",
      attempts: [{ state: "submitting", waitingCode: code }],
    });
    Object.assign(ray.mode, { status: 200, version: "2.60.0" });
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "pending", waitingCode: null }]);
  });

  it("and has just started without a node yet is waited for: nothing is submitted that would ask for no processor", async () => {
    const nodes = ray.mode.nodes;
    ray.mode.nodes = [];
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "submitting", waitingCode: "resources" }]);
    expect(ray.submissions).toHaveLength(0);
    ray.mode.nodes = nodes;
    await clock.advance(runId);
    expect(ray.submissions).toHaveLength(1);
  });

  it("that refuses the token says so", async () => {
    const other = await makeRun(researcher, await makeBackend(ray.address, "another token"));
    await clock.advance(other);
    expect((await runOf(other)).attempts).toMatchObject([{ waitingCode: "backend_token_refused" }]);
  });

  it("and has forgotten the job: the attempt is lost after a while without a sign of life", async () => {
    await reachRunning();
    ray.jobs.clear();
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "running", waitingCode: "job_unknown" }]);
    clock.pass(timing.lostAfter.remote - 10);
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "running" }]);
    clock.pass(20);
    await clock.advance(runId);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "lost" }]);
    expect(await exists("control", "fenced")).toBe(true);
    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    expect(ray.submissions).toHaveLength(2);
  });
});

describe("the output of a run's process", () => {
  it("is the backend's, and is asked for again once that is back", async () => {
    expect(await readOutput(researcher, runId)).toEqual({ attempt: 0, state: "gone", text: "" });
    await reachRunning();
    ray.move("RUNNING", { message: `${"x".repeat(40_000)}loading <b>the model</b>\0` });
    const told = await readOutput(researcher, runId);
    expect(told).toMatchObject({
      attempt: 1,
      state: "kept",
      text: expect.stringMatching(/xloading <b>the model<\/b>$/),
    });
    expect(told.text.length).toBeLessThanOrEqual(32_000);
    ray.mode.status = 503;
    expect(await readOutput(researcher, runId)).toMatchObject({ state: "away", text: "" });
    ray.mode.status = 200;
    expect(await readOutput(researcher, runId)).toMatchObject({ state: "kept" });
    ray.jobs.clear();
    expect(await readOutput(researcher, runId)).toMatchObject({ state: "gone" });
  });

  it("is not another study's to read", async () => {
    const stranger = await makeMember(await makeStudy(), "researcher");
    await expect(readOutput(stranger, runId)).rejects.toMatchObject({ status: 404 });
  });
});

describe("what comes from an attempt that is not the current one", () => {
  it("is refused: events and manifest of the lost attempt change nothing", async () => {
    await reachRunning();
    ray.jobs.clear();
    clock.pass(timing.lostAfter.remote + 1);
    await clock.advance(runId);
    clock.pass(timing.backOff[0]);
    await clock.advance(runId);
    await writeEventFile(place(1), 1, [metric(1)]);
    await writeManifest(place(1));
    await clock.advance(runId);
    expect((await metricsOf(runId)).rows).toHaveLength(0);
    expect(await runOf(runId)).toMatchObject({ state: "running", artifacts: [], currentAttempt: 2 });
  });
});

describe("a wish to cancel", () => {
  it("before anything was submitted ends the run at once", async () => {
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({ state: "cancelled", attempts: [] });
    expect(ray.submissions).toHaveLength(0);
  });

  it("lets the runner finish its step, and stops the job only after a while", async () => {
    await reachRunning();
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    expect(await exists("control", "cancel")).toBe(true);
    expect((await runOf(runId)).attempts).toMatchObject([{ state: "stopping" }]);
    expect(ray.stopped).toHaveLength(0);
    clock.pass(timing.stopGrace + 1);
    await clock.advance(runId);
    expect(ray.stopped).not.toHaveLength(0);
    ray.move("STOPPED");
    await clock.advance(runId);
    expect(await runOf(runId)).toMatchObject({
      state: "cancelled",
      failureCode: null,
      attempts: [{ state: "cancelled" }],
    });
  });

  it("ends also where Ray is away, and fences the attempt", async () => {
    await reachRunning();
    ray.mode.status = 503;
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    clock.pass(2 * timing.stopGrace + 1);
    await clock.advance(runId);
    expect((await runOf(runId)).state).toBe("cancelled");
    expect(await exists("control", "fenced")).toBe(true);
  });

  it("between two attempts ends the run", async () => {
    await reachRunning();
    ray.move("FAILED", { driver_exit_code: 1 });
    await clock.advance(runId);
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    expect((await runOf(runId)).state).toBe("cancelled");
    expect(ray.submissions).toHaveLength(1);
  });

  it("of a run that is over is refused, of another study's is not found", async () => {
    await cancelRun(researcher, runId);
    await clock.advance(runId);
    await expect(cancelRun(researcher, runId)).rejects.toMatchObject({ status: 409, code: "run_over" });
    const stranger = await makeMember(await makeStudy(), "researcher");
    await expect(cancelRun(stranger, runId)).rejects.toMatchObject({ status: 404 });
  });
});
