import { database } from "@/lib/platform/database/client";
import type { WaitingCode } from "../schema";
import { liveAttemptStates } from "./end-attempt";
import type { AttemptRow } from "./load-run";

/** Shows what a live attempt waits for, and since when; null: for nothing any more. */
export async function showWaiting(attempt: AttemptRow, code: WaitingCode | null, now: Date): Promise<void> {
  if (attempt.waitingCode === code) return;
  await database().attempt.updateMany({
    where: { id: attempt.id, state: { in: liveAttemptStates } },
    data: { waitingCode: code, waitingSince: code === null ? null : now },
  });
}
