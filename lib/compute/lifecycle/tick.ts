import { database } from "@/lib/platform/database/client";
import { log } from "@/lib/platform/log";
import { StoreFault } from "@/lib/platform/storage/store-fault";
import { isLive } from "../lock-run";
import { enqueueTick } from "../tick-run";
import type { Advance } from "./advance";
import { advanceAttempt } from "./advance-attempt";
import { createAttempt } from "./create-attempt";
import { cancelWithoutAttempt, liveAttemptStates } from "./end-attempt";
import { loadRun, type RunRow } from "./load-run";
import { timing } from "./timing";

const longestTickMs = 20_000;

/** Moves a run on by what can be done now, and asks for the next tick while it lives. */
export async function tick(runId: string, signal: AbortSignal): Promise<void> {
  const startedAt = Date.now();
  const mayGoOn = () => !signal.aborted && Date.now() - startedAt < longestTickMs;
  const againIn = await advanceRun(runId, { now: () => new Date(), mayGoOn });
  if (againIn !== null) await enqueueTick(database(), runId, againIn);
}

type Clock = { now: () => Date; mayGoOn: () => boolean };

/** Does everything that can be done now. Answers after how many seconds to look again; null: the run is over. */
export async function advanceRun(runId: string, { now, mayGoOn }: Clock): Promise<number | null> {
  for (;;) {
    const run = await loadRun(runId);
    if (!run || !isLive(run)) return null;
    const advance = await step(run, { now: now(), mayGoOn });
    if (advance !== "moved") return advance.againIn;
    if (!mayGoOn()) return 0;
  }
}

async function step(run: RunRow, moment: { now: Date; mayGoOn: () => boolean }): Promise<Advance> {
  const attempt = run.attempts.find(({ number }) => number === run.currentAttempt);
  if (attempt && liveAttemptStates.includes(attempt.state)) return advanceAttempt(run, attempt, moment);
  if (run.cancelRequestedAt) {
    await cancelWithoutAttempt(run, moment.now);
    return "moved";
  }
  const waitMs = (run.nextAttemptAt?.getTime() ?? 0) - moment.now.getTime();
  if (waitMs > 0) return { againIn: Math.min(timing.waitingTick, waitMs / 1000) };
  log().info({ runId: run.id, attempt: run.currentAttempt + 1 }, "attempt");
  try {
    await createAttempt(run);
    return "moved";
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    log().warn({ runId: run.id, error: error.message }, "attempt.waits");
    return { againIn: timing.waitingTick };
  }
}
