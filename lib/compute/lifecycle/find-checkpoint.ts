import path from "node:path";
import type { Attempt } from "@/lib/platform/database/generated/client";
import { pathOf } from "@/lib/platform/storage/addresses";
import { sizeOf } from "../attempt-files";
import { checkpointsInExchange } from "../exchange/checkpoints";
import { isFaultOfCheckpoint } from "./read-outcome";

export type Checkpoint = { address: string; step: number };

type Earlier = Pick<
  Attempt,
  "number" | "checkpointAddress" | "checkpointStep" | "resumeAddress" | "resumeStep" | "failureCode"
>;
type Continued = { id: string; attempts: readonly Earlier[]; backend: { exchangeAddress: string | null } };

/**
 * The newest complete checkpoint that an event told of. Ones that no event told of are not taken: the metrics before them
 * may not have come out either, and would be missing for good. `distrusted` are checkpoints that an attempt
 * could not continue from.
 */
export async function findCheckpoint({ id, attempts, backend }: Continued): Promise<Checkpoint | null> {
  if (attempts.length === 0) return null;
  const distrusted = new Set(
    attempts.filter(({ failureCode }) => isFaultOfCheckpoint(failureCode)).map(({ resumeAddress }) => resumeAddress),
  );
  if (backend.exchangeAddress !== null) {
    const told = new Map(attempts.map(({ number, checkpointStep }) => [number, checkpointStep ?? -1]));
    const complete = (await checkpointsInExchange(id, backend.exchangeAddress))
      .filter(({ attempt, step, address }) => step <= (told.get(attempt) ?? -1) && !distrusted.has(address))
      .sort((a, b) => b.step - a.step || b.attempt - a.attempt);
    return complete[0] ? { address: complete[0].address, step: complete[0].step } : null;
  }
  const candidates = attempts
    .flatMap((attempt) => [
      { address: attempt.checkpointAddress, step: attempt.checkpointStep },
      { address: attempt.resumeAddress, step: attempt.resumeStep },
    ])
    .filter((each): each is Checkpoint => each.address !== null && each.step !== null)
    .filter(({ address }) => !distrusted.has(address))
    .sort((a, b) => b.step - a.step);
  for (const candidate of candidates) {
    if ((await sizeOf(path.join(pathOf(candidate.address), "complete.json"))) !== null) return candidate;
  }
  return null;
}
