import { rm } from "node:fs/promises";
import { log } from "@/lib/platform/log";
import { attemptFile } from "../attempt-files";
import type { RunRow } from "./load-run";

/** Of a run that has succeeded nothing continues any more, and its checkpoints are the largest files of all. */
export async function removeCheckpoints(run: RunRow): Promise<void> {
  for (const { number } of run.attempts) {
    const folder = attemptFile({ runId: run.id, number }, "checkpoints");
    await rm(folder, { recursive: true, force: true }).catch((error: Error) =>
      log().warn({ folder, error: error.message }, "checkpoints.kept"),
    );
  }
}
