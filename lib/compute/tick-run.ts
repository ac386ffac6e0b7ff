import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import type { Database } from "@/lib/platform/database/client";

/** Moves one run on by what can be done now; asks for its next tick while the run lives. */
export const tickRun = defineJob({
  name: "runs.tick",
  payload: z.strictObject({ runId: z.uuid() }),
  run: async ({ runId }, { signal }) => {
    const { tick } = await import("./lifecycle/tick");
    await tick(runId, signal);
  },
});

/** One waiting tick a run, however often it is asked for. */
export function enqueueTick(transaction: Database, runId: string, delaySeconds = 0): Promise<void> {
  return enqueue(transaction, tickRun, { runId }, { key: `run:${runId}`, delaySeconds });
}
