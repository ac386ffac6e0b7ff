import { database } from "@/lib/platform/database/client";
import { sendAttempt } from "../exchange/send-attempt";
import { takeAttempt } from "../exchange/take-attempt";
import { ingestBeyondGaps, ingestEvents } from "../ingest/ingest-events";
import { turnOf } from "../queue";
import { logTail, type RayJob } from "../ray/jobs";
import { verifyManifest } from "../verify-manifest";
import type { Advance, Moment } from "./advance";
import { type Ending, endAttempt, liveAttemptStates } from "./end-attempt";
import type { AttemptRow, RunRow } from "./load-run";
import { type JobSight, lookAtJob, waitingOf } from "./look-at-job";
import { outcomeOfLog, readOutcome } from "./read-outcome";
import { refusalOfBackend } from "./refusal-of-backend";
import { stopAttempt } from "./stop-attempt";
import { prepareSubmission, submitAttempt } from "./submit-attempt";
import { succeed } from "./succeed";
import { timing } from "./timing";
import { showWaiting } from "./waiting";

/** Moves a live attempt on by what can be done now. */
export async function advanceAttempt(run: RunRow, attempt: AttemptRow, moment: Moment): Promise<Advance> {
  if (attempt.state === "created") {
    if (run.cancelRequestedAt) return cancelled(run, attempt, moment.now);
    // Before it stands in the queue: a large corpus keeps nobody out while it is on its way.
    const { exchangeAddress } = run.backend;
    const sending = exchangeAddress === null ? null : await sendAttempt(run, attempt, exchangeAddress, moment.now);
    if (sending) return sending;
    const waiting = (await turnOf(database(), run)) ?? (await prepareSubmission(run, attempt));
    if (waiting === null) return "moved";
    await showWaiting(attempt, waiting, moment.now);
    return { againIn: timing.waitingTick };
  }
  // Asked before the files are read: what an ended process wrote is then complete.
  const sight = await lookAtJob(run.backend, attempt.submissionId);
  if (attempt.state === "submitting" && sight.seen !== "job") return submit(run, attempt, sight, moment.now);
  return watch(run, attempt, sight, moment);
}

async function submit(run: RunRow, attempt: AttemptRow, sight: JobSight, now: Date): Promise<Advance> {
  if (run.cancelRequestedAt) return cancelled(run, attempt, now);
  let waiting = sight.seen === "nothing" ? sight.waiting : null;
  if (sight.seen === "unknown") {
    try {
      waiting = (await refusalOfBackend(run, now)) ?? (await submitAttempt(run, attempt, sight.connection, now));
    } catch (error) {
      waiting = waitingOf(error);
    }
  }
  await showWaiting(attempt, waiting, now);
  return { againIn: waiting ? timing.waitingTick : timing.tick };
}

async function watch(run: RunRow, attempt: AttemptRow, sight: JobSight, moment: Moment): Promise<Advance> {
  const { now, mayGoOn } = moment;
  const { exchangeAddress } = run.backend;
  const taken = exchangeAddress === null ? "here" : await takeAttempt(run, attempt, exchangeAddress, moment);
  if (taken !== "here" && "advance" in taken) return taken.advance;
  // What can't be asked for now comes later; only a wish to cancel does not wait for it.
  if (taken !== "here" && !run.cancelRequestedAt) {
    await showWaiting(attempt, taken.fault.code, now);
    return { againIn: timing.waitingTick };
  }
  const place = { id: attempt.id, runId: run.id, number: attempt.number, eventsIngested: attempt.eventsIngested };
  const verified = await verifyManifest(place, run.kind);
  if ((await ingestEvents(place, mayGoOn)) === "refused") return "moved";
  if (!mayGoOn()) return { againIn: 0 };
  const over = sight.seen === "job" && hasEnded(sight.job);
  if (verified && "manifest" in verified) {
    await ingestBeyondGaps(place);
    return succeed(run, attempt, verified.manifest, now);
  }
  if (over) {
    await ingestBeyondGaps(place);
    await endWithoutManifest(run, attempt, sight, verified?.invalid ?? null, now);
    return "moved";
  }
  if (run.cancelRequestedAt) return stopAttempt(run, attempt, sight, now);
  if (sight.seen === "unknown") return missing(run, attempt, now);
  if (sight.seen === "nothing") {
    await showWaiting(attempt, sight.waiting, now);
    return { againIn: timing.waitingTick };
  }
  await showAtWork(run, attempt, sight.job, now);
  return { againIn: timing.tick };
}

function hasEnded(job: RayJob): boolean {
  return job.status === "SUCCEEDED" || job.status === "FAILED" || job.status === "STOPPED";
}

async function showAtWork(run: RunRow, attempt: AttemptRow, job: RayJob, now: Date): Promise<void> {
  // A job of several nodes runs at once, and tells nothing before it has them all.
  const spread = run.spec.resources.nodes > 1 && attempt.eventsIngested === 0;
  const running = job.status === "RUNNING" && !spread;
  await showWaiting(attempt, running ? null : "resources", now);
  await database().attempt.updateMany({
    where: { id: attempt.id, state: { in: ["submitting", "pending"] } },
    data: {
      state: running ? "running" : "pending",
      submittedAt: attempt.submittedAt ?? now,
      ...(running ? { startedAt: now } : {}),
    },
  });
  if (!running) return;
  await database().attempt.updateMany({
    where: { id: attempt.id, state: { in: liveAttemptStates } },
    data: { heartbeatAt: now },
  });
  if (run.state === "queued") {
    await database().run.updateMany({
      where: { id: run.id, state: "queued", currentAttempt: attempt.number },
      data: { state: "running", startedAt: now },
    });
  }
}

/** Ray was asked and does not know the job: its process may still be at work, so it gets some time to show it. */
async function missing(run: RunRow, attempt: AttemptRow, now: Date): Promise<Advance> {
  const lastSign = Math.max(
    ...[attempt.heartbeatAt, attempt.submittedAt, attempt.createdAt].map((at) => at?.getTime() ?? 0),
  );
  const patience = run.backend.local ? timing.lostAfter.local : timing.lostAfter.remote;
  const outcome = await readOutcome({ runId: run.id, number: attempt.number });
  if (outcome) {
    await endAttempt(
      run,
      attempt,
      { state: "failed", code: outcome.code, detail: outcome.message, retry: outcome.retry },
      now,
    );
    return "moved";
  }
  if (now.getTime() - lastSign > patience * 1000) {
    await endAttempt(run, attempt, { state: "lost", code: "attempt_lost", detail: "", retry: "again" }, now);
    return "moved";
  }
  await showWaiting(attempt, "job_unknown", now);
  return { againIn: timing.waitingTick };
}

/** The job is over and has left no manifest that holds: no success. */
async function endWithoutManifest(
  run: RunRow,
  attempt: AttemptRow,
  sight: Extract<JobSight, { seen: "job" }>,
  invalid: string | null,
  now: Date,
): Promise<void> {
  const { job, connection } = sight;
  const end = (code: string, detail: string, retry: Ending["retry"]) =>
    endAttempt(run, attempt, { state: "failed", code, detail, retry }, now);
  if (invalid !== null) return end("manifest_invalid", invalid, "again");
  if (run.cancelRequestedAt) {
    return endAttempt(run, attempt, { state: "cancelled", code: null, detail: "", retry: "never" }, now);
  }
  const outcome = await readOutcome({ runId: run.id, number: attempt.number });
  if (outcome) return end(outcome.code, outcome.message, outcome.retry);
  // Where the runner could not say why, the last lines that it wrote may.
  const lines = await logTail(connection, attempt.submissionId).catch(() => "");
  const told = outcomeOfLog(lines || job.message);
  if (told) return end(told.code, told.message, told.retry);
  const detail = (lines || job.message).slice(-4000);
  if (job.exitCode === 3 || job.status === "STOPPED") return end("stopped_outside", detail, "again");
  if (job.exitCode === 2) return end("user_mistake", detail, "never");
  if (job.status === "SUCCEEDED") return end("manifest_missing", detail, "again");
  return end(job.errorType === "JOB_ENTRYPOINT_COMMAND_ERROR" ? "process_died" : "job_failed", detail, "again");
}

async function cancelled(run: RunRow, attempt: AttemptRow, now: Date): Promise<Advance> {
  await endAttempt(run, attempt, { state: "cancelled", code: null, detail: "", retry: "never" }, now);
  return "moved";
}
