import { recordAudit } from "@/lib/audit/record";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import type { AttemptState } from "@/lib/platform/database/generated/enums";
import { tryToWriteSign } from "../exchange/signs";
import { lockForAttempt } from "../lock-run";
import type { AttemptRow, RunRow } from "./load-run";
import { backOffSeconds, timing } from "./timing";

export const liveAttemptStates: AttemptState[] = ["created", "submitting", "pending", "running", "stopping"];

export type Ending = {
  state: "failed" | "lost" | "cancelled";
  code: string | null;
  detail: string;
  /** `never` for what only the user can mend */
  retry: "again" | "elsewhere" | "never";
};

/**
 * Ends an attempt without success. The run goes on with a further attempt after a while, or ends with it. The attempt is
 * fenced, so that a process of it that nobody knows of any more ends too.
 */
export async function endAttempt(run: RunRow, attempt: AttemptRow, ending: Ending, now: Date): Promise<void> {
  const { code, detail } = storable(ending);
  // Where an exchange is away, the next attempt does not begin before this one is fenced there too.
  const fenced = await tryToWriteSign(run, attempt.number, "fenced");
  await inTransaction(async (transaction) => {
    const locked = await lockForAttempt(transaction, attempt);
    if (!locked) return;
    const ended = await transaction.attempt.updateMany({
      where: { id: attempt.id, state: { in: liveAttemptStates } },
      data: {
        state: ending.state,
        failureCode: code,
        failureDetail: detail,
        finishedAt: now,
        fencedAt: fenced ? now : null,
        waitingCode: null,
        waitingSince: null,
      },
    });
    if (ended.count === 0) return;
    const cancelled = ending.state === "cancelled" || locked.cancelRequested;
    const gotFurther = await cameFurther(transaction, attempt);
    const maxAttempts = gotFurther ? attempt.number + timing.attemptsInVain : run.maxAttempts;
    const goesOn = !cancelled && ending.retry !== "never" && attempt.number < maxAttempts;
    if (goesOn) {
      const inVain = timing.attemptsInVain - (maxAttempts - attempt.number);
      const seconds = ending.retry === "elsewhere" ? 0 : backOffSeconds(inVain);
      await transaction.run.update({
        where: { id: run.id },
        data: { maxAttempts, nextAttemptAt: new Date(now.getTime() + seconds * 1000) },
      });
      return;
    }
    await transaction.run.update({
      where: { id: run.id },
      data: {
        state: cancelled ? "cancelled" : "failed",
        finishedAt: now,
        nextAttemptAt: null,
        failureCode: cancelled ? null : code,
        failureDetail: cancelled ? null : detail,
      },
    });
    await recordAudit(transaction, null, {
      action: cancelled ? "runs.cancelled" : "runs.failed",
      subject: "run",
      subjectId: run.id,
      studyId: run.studyId,
      detail: cancelled ? {} : { code },
    });
  });
}

/** What the cluster's programs said may hold anything; PostgreSQL's text has no place for U+0000. */
function storable({ code, detail }: Ending): Pick<Ending, "code"> & { detail: string | null } {
  const plain = (text: string) => text.replaceAll("\0", "");
  return { code: code && plain(code), detail: plain(detail) || null };
}

/**
 * Whether the attempt left a checkpoint beyond all that earlier ones reached. Such a run may be interrupted as often as
 * machines fail and allocations end on its way: it comes to its end.
 */
async function cameFurther(transaction: Database, { runId, number }: AttemptRow): Promise<boolean> {
  const attempts = await transaction.attempt.findMany({
    where: { runId, number: { lte: number } },
    select: { number: true, checkpointStep: true },
  });
  const reached = (of: typeof attempts) => Math.max(-1, ...of.map(({ checkpointStep }) => checkpointStep ?? -1));
  return reached(attempts) > reached(attempts.filter((each) => each.number < number));
}

/** A run that is cancelled while no attempt of it is under way. */
export async function cancelWithoutAttempt(run: RunRow, now: Date): Promise<void> {
  await inTransaction(async (transaction) => {
    const ended = await transaction.run.updateMany({
      where: { id: run.id, state: { in: ["queued", "running"] }, currentAttempt: run.currentAttempt },
      data: { state: "cancelled", finishedAt: now, nextAttemptAt: null },
    });
    if (ended.count === 0) return;
    await recordAudit(transaction, null, {
      action: "runs.cancelled",
      subject: "run",
      subjectId: run.id,
      studyId: run.studyId,
    });
  });
}

/** For how long an exchange that was away when an attempt ended is asked again. */
const fencingPatienceMs = 7 * 86_400_000;

/** Fences the attempts that ended while their exchange was away: a process of theirs may still be at work there. */
export async function fenceEndedAttempts(): Promise<void> {
  const attempts = await database().attempt.findMany({
    where: {
      state: { in: ["failed", "lost", "cancelled"] },
      fencedAt: null,
      finishedAt: { gt: new Date(Date.now() - fencingPatienceMs) },
      run: { backend: { exchangeAddress: { not: null } } },
    },
    select: { id: true, number: true, run: { select: { id: true, backend: { select: { exchangeAddress: true } } } } },
    orderBy: { finishedAt: "desc" },
    take: 100,
  });
  const away = new Set<string | null>();
  for (const { id, number, run } of attempts) {
    const { exchangeAddress } = run.backend;
    // One that does not answer is asked once a sweep.
    if (away.has(exchangeAddress)) continue;
    if (!(await tryToWriteSign(run, number, "fenced"))) {
      away.add(exchangeAddress);
      continue;
    }
    await database().attempt.update({ where: { id }, data: { fencedAt: new Date() } });
  }
}
