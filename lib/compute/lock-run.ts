import type { Database } from "@/lib/platform/database/client";
import type { RunStateName } from "./schema";

export type LockedRun = { state: RunStateName; currentAttempt: number; cancelRequested: boolean };

/**
 * Locks the run's row until the transaction ends: everything that moves a run or takes something in from an attempt
 * comes through here, so that ticks at the same time follow one another.
 */
export async function lockRun(transaction: Database, runId: string): Promise<LockedRun | null> {
  const rows = await transaction.$queryRaw<LockedRun[]>`
    select "state"::text as "state", "currentAttempt", "cancelRequestedAt" is not null as "cancelRequested"
    from "Run" where "id" = ${runId}::uuid for update`;
  return rows[0] ?? null;
}

export function isLive(run: { state: RunStateName }): boolean {
  return run.state === "queued" || run.state === "running";
}

/** Locks the run and answers whether this attempt is still the one that counts. */
export async function lockForAttempt(
  transaction: Database,
  attempt: { runId: string; number: number },
): Promise<LockedRun | null> {
  const run = await lockRun(transaction, attempt.runId);
  return run && isLive(run) && run.currentAttempt === attempt.number ? run : null;
}
