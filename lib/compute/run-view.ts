import type { Attempt, Run } from "@/lib/platform/database/generated/client";
import type { QueuePlace } from "./queue";
import { isOver, secondsLeft } from "./rules";
import { type AttemptView, type RunListItem, runKindSchema, type WaitingCode, waitingCodes } from "./schema";

type Row = Run & {
  backend: { name: string };
  attempts: Pick<Attempt, "number" | "state" | "waitingCode">[];
};

export const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

function knownWaitingCode(code: string | null): WaitingCode | null {
  return waitingCodes.find((each) => each === code) ?? null;
}

/** A run as lists show it; `attempts` holds at least the current one. */
export function viewOfRun(run: Row, createdByName: string | null, queue: QueuePlace | null): RunListItem {
  const over = isOver(run.state);
  const current = run.attempts.find(({ number }) => number === run.currentAttempt);
  return {
    id: run.id,
    kind: runKindSchema.parse(run.kind),
    name: run.name,
    state: run.state,
    cancelRequested: run.cancelRequestedAt !== null,
    attempt: run.currentAttempt,
    progress: {
      done: run.progressDone,
      total: run.progressTotal,
      unit: run.progressUnit,
      phase: run.progressPhase,
      secondsLeft: over
        ? null
        : secondsLeft({
            done: run.progressDone,
            total: run.progressTotal,
            at: run.progressAt?.getTime() ?? null,
            since: run.progressSince?.getTime() ?? null,
            sinceDone: run.progressSinceDone,
          }),
    },
    waitingCode: over ? null : knownWaitingCode(current?.waitingCode ?? null),
    priority: run.priority,
    queue: over ? null : queue,
    failureCode: run.failureCode,
    backendName: run.backend.name,
    createdByName,
    createdAt: run.createdAt.toISOString(),
    startedAt: iso(run.startedAt),
    finishedAt: iso(run.finishedAt),
  };
}

/** `before`: the attempt that this one takes the place of. */
export function viewOfAttempt(attempt: Attempt, before: Attempt | undefined): AttemptView {
  return {
    number: attempt.number,
    state: attempt.state,
    waitingCode: knownWaitingCode(attempt.waitingCode),
    waitingSince: iso(attempt.waitingSince),
    resumeStep: attempt.resumeStep,
    checkpointStep: attempt.checkpointStep,
    failureCode: attempt.failureCode,
    failureDetail: attempt.failureDetail,
    createdAt: attempt.createdAt.toISOString(),
    submittedAt: iso(attempt.submittedAt),
    startedAt: iso(attempt.startedAt),
    heartbeatAt: iso(attempt.heartbeatAt),
    secondsToFirstEvent: secondsBetween(attempt.submittedAt, attempt.firstEventAt),
    secondsInterrupted: secondsBetween(before?.heartbeatAt, attempt.workingAt),
    finishedAt: iso(attempt.finishedAt),
  };
}

function secondsBetween(from: Date | null | undefined, to: Date | null): number | null {
  return from && to ? Math.max(0, (to.getTime() - from.getTime()) / 1000) : null;
}
