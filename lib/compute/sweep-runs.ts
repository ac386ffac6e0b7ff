import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { database } from "@/lib/platform/database/client";
import { enqueueCheck } from "./checks/check-job";
import { enqueueTick } from "./tick-run";

/**
 * Sees to it that every run that lives, and every look at a backend that is under way, has a tick waiting, also when one
 * was lost with its worker; and that attempts are fenced that could not be when they ended.
 */
export const sweepRuns = defineJob({
  name: "runs.sweep",
  payload: z.strictObject({}),
  everySeconds: 30,
  run: async () => {
    const runs = await database().run.findMany({
      where: { state: { in: ["queued", "running"] } },
      select: { id: true },
    });
    for (const { id } of runs) await enqueueTick(database(), id);
    const checks = await database().backendCheck.findMany({ where: { outcome: null }, select: { id: true } });
    for (const { id } of checks) await enqueueCheck(database(), id);
    const { fenceEndedAttempts } = await import("./lifecycle/end-attempt");
    await fenceEndedAttempts();
  },
});
