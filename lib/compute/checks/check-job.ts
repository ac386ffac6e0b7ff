import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import type { Database } from "@/lib/platform/database/client";

/** Moves one look at a backend on; asks for its next tick until it is done. */
export const checkBackendJob = defineJob({
  name: "backends.check",
  payload: z.strictObject({ checkId: z.uuid() }),
  run: async ({ checkId }) => {
    const { advanceCheck } = await import("./advance-check");
    const { database } = await import("@/lib/platform/database/client");
    const againIn = await advanceCheck(checkId, new Date());
    if (againIn !== null) await enqueueCheck(database(), checkId, againIn);
  },
});

/** One waiting tick a look, however often it is asked for. */
export function enqueueCheck(transaction: Database, checkId: string, delaySeconds = 0): Promise<void> {
  return enqueue(transaction, checkBackendJob, { checkId }, { key: `check:${checkId}`, delaySeconds });
}
