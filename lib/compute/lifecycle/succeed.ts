import { recordAudit } from "@/lib/audit/record";
import { inTransaction, type Prisma } from "@/lib/platform/database/client";
import { log } from "@/lib/platform/log";
import { Problem } from "@/lib/platform/problem";
import { clearExchange } from "../exchange/checkpoints";
import { lockForAttempt } from "../lock-run";
import type { Manifest } from "../manifest";
import { prepareOutcome } from "../outcomes";
import type { Advance } from "./advance";
import { endAttempt, liveAttemptStates } from "./end-attempt";
import type { AttemptRow, RunRow } from "./load-run";
import { removeCheckpoints } from "./remove-checkpoints";
import { timing } from "./timing";
import { showWaiting } from "./waiting";

/**
 * Ends a run with success: what the rooms make of it is written in the same transaction, exactly once. Whatever is thrown
 * undoes all of it. A Problem fails the run, since trying again would not help; after anything else the next ticks try
 * again for a while.
 */
export async function succeed(run: RunRow, attempt: AttemptRow, manifest: Manifest, now: Date): Promise<Advance> {
  const fail = async (code: string, detail: string) => {
    await endAttempt(run, attempt, { state: "failed", code, detail, retry: "never" }, now);
    return "moved" as const;
  };
  try {
    const outcome = await prepareOutcome(run, manifest);
    await inTransaction(async (transaction) => {
      if (!(await lockForAttempt(transaction, attempt))) return;
      const ended = await transaction.attempt.updateMany({
        where: { id: attempt.id, state: { in: liveAttemptStates } },
        data: { state: "succeeded", finishedAt: now, waitingCode: null, waitingSince: null },
      });
      if (ended.count === 0) return;
      await transaction.artifact.createMany({
        data: manifest.outputs.map((output) => ({ runId: run.id, attempt: attempt.number, ...output })),
      });
      await transaction.run.update({
        where: { id: run.id },
        data: {
          state: "succeeded",
          finishedAt: now,
          startedAt: run.startedAt ?? attempt.startedAt ?? now,
          summary: manifest.summary as Prisma.InputJsonObject,
        },
      });
      await outcome.commit(transaction);
      await recordAudit(transaction, null, {
        action: "runs.succeeded",
        subject: "run",
        subjectId: run.id,
        studyId: run.studyId,
      });
    });
    await removeCheckpoints(run);
    // Thousands of objects take longer than a tick; it tells of what it can't remove, and a rule of the bucket's takes that.
    if (run.backend.exchangeAddress !== null) void clearExchange(run, run.backend.exchangeAddress);
    return "moved";
  } catch (error) {
    if (error instanceof Problem) return fail(error.code, error.message);
    log().error({ runId: run.id, error: error instanceof Error ? error.stack : error }, "outcome");
    const failsFor =
      attempt.waitingCode === "outcome_failing" && attempt.waitingSince
        ? now.getTime() - attempt.waitingSince.getTime()
        : 0;
    if (failsFor > timing.outcomePatience * 1000) return fail("outcome_failed", String(error).slice(0, 1000));
    await showWaiting(attempt, "outcome_failing", now);
    return { againIn: timing.waitingTick };
  }
}
