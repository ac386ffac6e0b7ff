import { readdir } from "node:fs/promises";
import type { Attempt } from "@/lib/platform/database/generated/client";
import { attemptFile, sizeOf } from "../attempt-files";
import { checkpointsInExchange } from "../exchange/checkpoints";
import { isFaultOfCheckpoint } from "./read-outcome";

export type Checkpoint = { address: string; step: number };

type Earlier = Pick<Attempt, "number" | "checkpointStep" | "resumeAddress" | "failureCode">;
type Continued = { id: string; attempts: readonly Earlier[]; backend: { exchangeAddress: string | null } };

/**
 * The newest complete checkpoint that an event told of. Ones that no event told of are not taken: the metrics before them
 * may not have come out either, and would be missing for good. Nor are those that an attempt could not continue from: then
 * the one before counts, since the newest two of an attempt are kept. null: the next attempt begins anew.
 */
export async function findCheckpoint({ id, attempts, backend }: Continued): Promise<Checkpoint | null> {
  if (attempts.length === 0) return null;
  const distrusted = new Set(
    attempts.filter(({ failureCode }) => isFaultOfCheckpoint(failureCode)).map(({ resumeAddress }) => resumeAddress),
  );
  const told = new Map(attempts.map(({ number, checkpointStep }) => [number, checkpointStep ?? -1]));
  const { exchangeAddress } = backend;
  const complete = await (exchangeAddress === null
    ? checkpointsHere(id, told)
    : checkpointsInExchange(id, exchangeAddress));
  const [newest] = complete
    .filter(({ attempt, step, address }) => step <= (told.get(attempt) ?? -1) && !distrusted.has(address))
    .sort((a, b) => b.step - a.step || b.attempt - a.attempt);
  return newest ? { address: newest.address, step: newest.step } : null;
}

type OfAttempt = Checkpoint & { attempt: number };

/** The complete checkpoints in the studio's own folder, of the attempts that told of any. */
async function checkpointsHere(runId: string, told: ReadonlyMap<number, number>): Promise<OfAttempt[]> {
  const found: OfAttempt[] = [];
  for (const [attempt, newest] of told) {
    const place = { runId, number: attempt };
    for (const name of newest < 0 ? [] : await namesIn(attemptFile(place, "checkpoints"))) {
      const [, step] = /^step-(\d{8,})$/.exec(name) ?? [];
      if (step === undefined) continue;
      if ((await sizeOf(attemptFile(place, "checkpoints", name, "complete.json"))) === null) continue;
      found.push({
        attempt,
        step: Number(step),
        address: `store:runs/${runId}/attempts/${attempt}/checkpoints/${name}`,
      });
    }
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
