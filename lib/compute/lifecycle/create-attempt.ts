import { inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { writeWhole } from "@/lib/platform/storage/files";
import { attemptFile } from "../attempt-files";
import { writeSign } from "../exchange/signs";
import { isLive, lockRun } from "../lock-run";
import { findCheckpoint } from "./find-checkpoint";
import type { RunRow } from "./load-run";

/**
 * Makes the next attempt: the earlier ones are fenced first, so that none of them can still write while a new one works;
 * it continues from the newest checkpoint, and what was measured after that is superseded. Where metrics have steps of
 * their own, what the new attempt measures tells from where it does so anew. Throws StoreFault while the backend's exchange
 * can't be reached.
 */
export async function createAttempt(run: RunRow): Promise<void> {
  for (const { number } of run.attempts) await writeSign(run, number, "fenced");
  const checkpoint = await findCheckpoint(run);
  const number = run.currentAttempt + 1;
  await inTransaction(async (transaction) => {
    const locked = await lockRun(transaction, run.id);
    // Someone else was quicker, or the run was cancelled meanwhile: the next tick sees what is.
    if (!locked || !isLive(locked) || locked.cancelRequested || locked.currentAttempt !== run.currentAttempt) return;
    await transaction.attempt.create({
      data: {
        runId: run.id,
        number,
        submissionId: `definemed-${run.id}-${number}-${newId().slice(-12)}`,
        resumeAddress: checkpoint?.address ?? null,
        resumeStep: checkpoint?.step ?? null,
      },
    });
    await transaction.run.update({
      where: { id: run.id },
      data: { currentAttempt: number, nextAttemptAt: null, progressSince: null },
    });
    if (checkpoint && hasMetricStepsOfItsOwn(run.kind)) return;
    await transaction.metric.updateMany({
      where: { runId: run.id, superseded: false, step: { gt: checkpoint?.step ?? -1 } },
      data: { superseded: true },
    });
  });
}

/** Checkpoints of filtering count shards, its metrics documents. */
const hasMetricStepsOfItsOwn = (kind: string) => kind === "classify-corpus";

/** Writes the spec that the runner reads; the same text however often it is written. */
export async function writeSpec(run: RunRow, attempt: RunRow["attempts"][number]): Promise<void> {
  const spec = { version: 1, kind: run.kind, runId: run.id, attempt: attempt.number, resume: attempt.resumeAddress };
  const place = { runId: run.id, number: attempt.number };
  await writeWhole(attemptFile(place, "spec.json"), `${JSON.stringify({ ...spec, ...run.spec }, null, 2)}\n`);
}
