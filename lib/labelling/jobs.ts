import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { enqueue } from "@/lib/jobs/enqueue";
import { database } from "@/lib/platform/database/client";
import { labellingTick } from "./tick-labelling";

/** Wakes runs whose tick was lost with a killed worker; a tick that waits in the queue already is kept as it is. */
export const sweepLabelling = defineJob({
  name: "labelling.sweep",
  payload: z.object({}),
  everySeconds: 60,
  run: async () => {
    const runs = await database().labellingRun.findMany({
      where: { state: { in: ["queued", "running"] } },
      select: { id: true },
    });
    for (const { id } of runs) {
      await enqueue(database(), labellingTick, { labellingRunId: id }, { key: `labelling:${id}` });
    }
  },
});
