import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database } from "@/lib/platform/database/client";
import { drawSampleJob } from "./draw-sample";
import { staleSeconds } from "./drawing-claim";

/** Asks anew for samples whose worker died. */
export const sweepDrawings = defineJob({
  name: "samples.sweep",
  payload: z.strictObject({}),
  everySeconds: 30,
  run: async () => {
    const stale = new Date(Date.now() - staleSeconds * 1000);
    const waiting = await database().sample.findMany({
      where: {
        OR: [
          { state: { in: ["drawing", "extending"] }, heartbeatAt: { lt: stale } },
          { state: "drawing", heartbeatAt: null, createdAt: { lt: stale } },
          { state: "extending", heartbeatAt: null, draws: { some: { pending: true, createdAt: { lt: stale } } } },
        ],
      },
      select: { id: true },
    });
    for (const { id } of waiting) await enqueue(database(), drawSampleJob, { sampleId: id }, { key: `sample:${id}` });
  },
});
