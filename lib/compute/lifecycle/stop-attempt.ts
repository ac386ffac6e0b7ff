import { database } from "@/lib/platform/database/client";
import { tryToWriteSign } from "../exchange/signs";
import { stopJob } from "../ray/jobs";
import type { Advance } from "./advance";
import { endAttempt } from "./end-attempt";
import type { AttemptRow, RunRow } from "./load-run";
import { type JobSight, waitingOf } from "./look-at-job";
import { timing } from "./timing";
import { showWaiting } from "./waiting";

/**
 * Cancels in three steps: the sign that lets the runner finish its step and write a checkpoint; after a grace period
 * Ray's stop; after a second one the attempt is given up and fenced, whatever has become of its process.
 */
export async function stopAttempt(run: RunRow, attempt: AttemptRow, sight: JobSight, now: Date): Promise<Advance> {
  if (attempt.state !== "stopping") {
    await tryToWriteSign(run, attempt.number, "cancel");
    await database().attempt.updateMany({
      where: { id: attempt.id, state: { in: ["submitting", "pending", "running"] } },
      data: { state: "stopping", stoppingAt: now },
    });
    return "moved";
  }
  // It may not have come through; Ray's stop says the same in the end.
  if (run.backend.exchangeAddress !== null) await tryToWriteSign(run, attempt.number, "cancel");
  const seconds = (now.getTime() - (attempt.stoppingAt ?? now).getTime()) / 1000;
  // A job that never started has nobody who could read the sign; one that is unknown has ended.
  const idle = sight.seen === "unknown" || (sight.seen === "job" && sight.job.status === "PENDING");
  if (seconds > 2 * timing.stopGrace || sight.seen === "unknown") {
    await endAttempt(run, attempt, { state: "cancelled", code: null, detail: "", retry: "never" }, now);
    return "moved";
  }
  if (sight.seen === "job" && (idle || seconds > timing.stopGrace)) {
    await stopJob(sight.connection, attempt.submissionId).catch((error: unknown) => {
      waitingOf(error);
    });
  }
  await showWaiting(attempt, sight.seen === "nothing" ? sight.waiting : null, now);
  return { againIn: timing.tick };
}
