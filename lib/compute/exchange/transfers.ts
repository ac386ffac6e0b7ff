import { database } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { log } from "@/lib/platform/log";
import { liveAttemptStates } from "../lifecycle/end-attempt";
import type { AttemptRow, RunRow } from "../lifecycle/load-run";

export type TransferWork = (report: (done: number, total: number) => void, signal: AbortSignal) => Promise<void>;

type Transfer = {
  done: number;
  total: number;
  /** `elsewhere`: another process works on it, or the attempt counts no more */
  settled: { error: unknown } | "well" | "elsewhere" | null;
  ended: Promise<void>;
};

/** This process, as the rows name it that it works on. */
const holder = newId();
const underWay = new Map<string, Transfer>();

const leaseMs = 60_000;
const renewMs = 5_000;
/** So long a tick waits for a transfer to end: small ones are then done without a second look. */
const waitMs = 2_000;

/**
 * Carries a transfer of an attempt out beside the ticks, since it may take hours and a tick takes seconds. Each tick
 * comes here: the first begins it, the others learn whether it has ended; the error it ended with is thrown to one of
 * them. One process of the installation works on it at a time; when that dies, another begins it again, and `work` finds
 * what is already there. It is aborted when the attempt no longer counts.
 */
export async function advanceTransfer(
  run: RunRow,
  attempt: AttemptRow,
  phase: "sending-inputs" | "taking-over",
  work: TransferWork,
): Promise<"done" | "working"> {
  const key = `${attempt.id} ${phase}`;
  // Without a wait in between: ticks at the same time find the same one.
  const transfer = underWay.get(key) ?? begin(attempt, work);
  underWay.set(key, transfer);
  await Promise.race([transfer.ended, new Promise((resolve) => setTimeout(resolve, waitMs))]);
  if (!transfer.settled) {
    await showProgress(run, attempt, phase, transfer);
    return "working";
  }
  if (underWay.get(key) === transfer) underWay.delete(key);
  if (transfer.settled === "elsewhere") return "working";
  if (transfer.settled !== "well") throw transfer.settled.error;
  return "done";
}

function begin(attempt: AttemptRow, work: TransferWork): Transfer {
  const transfer: Transfer = { done: 0, total: 0, settled: null, ended: Promise.resolve() };
  const abort = new AbortController();
  transfer.ended = carryOut(attempt, work, transfer, abort).then(
    (settled) => {
      transfer.settled = settled;
    },
    (error: unknown) => {
      transfer.settled = abort.signal.aborted ? "elsewhere" : { error };
    },
  );
  return transfer;
}

async function carryOut(attempt: AttemptRow, work: TransferWork, transfer: Transfer, abort: AbortController) {
  if (!(await lease(attempt))) return "elsewhere";
  const renewing = setInterval(() => {
    lease(attempt).then(
      (mine) => (mine ? undefined : abort.abort()),
      // The database is away: the lease may run out, and what two processes bring is the same.
      (error: Error) => log().warn({ attempt: attempt.id, error: error.message }, "transfer.lease"),
    );
  }, renewMs);
  renewing.unref();
  try {
    await work((done, total) => {
      transfer.done = done;
      transfer.total = total;
    }, abort.signal);
    return "well";
  } finally {
    clearInterval(renewing);
    await release(attempt).catch(() => undefined);
  }
}

/** Whether the attempt counts, is not to be cancelled, and no other process works on it. */
async function lease(attempt: AttemptRow): Promise<boolean> {
  const now = new Date();
  const leased = await database().attempt.updateMany({
    where: {
      id: attempt.id,
      state: { in: liveAttemptStates },
      run: { state: { in: ["queued", "running"] }, currentAttempt: attempt.number, cancelRequestedAt: null },
      OR: [{ transferHolder: holder }, { transferUntil: null }, { transferUntil: { lt: now } }],
    },
    data: { transferHolder: holder, transferUntil: new Date(now.getTime() + leaseMs) },
  });
  return leased.count === 1;
}

async function release(attempt: AttemptRow): Promise<void> {
  await database().attempt.updateMany({
    where: { id: attempt.id, transferHolder: holder },
    data: { transferHolder: null, transferUntil: null },
  });
}

/** On the run's page it is a phase like those that the runner tells of, in bytes. */
async function showProgress(run: RunRow, attempt: AttemptRow, phase: string, transfer: Transfer): Promise<void> {
  if (transfer.total === 0) return;
  const now = new Date();
  const { done, total } = transfer;
  const begun = run.progressPhase === phase ? {} : { progressSince: now, progressSinceDone: done };
  await database().run.updateMany({
    where: { id: run.id, currentAttempt: attempt.number, state: { in: ["queued", "running"] } },
    data: {
      progressDone: done,
      progressTotal: total,
      progressUnit: "bytes",
      progressPhase: phase,
      progressAt: now,
      ...begun,
    },
  });
}
