import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { ensureLocalModels } from "./ensure-local-models";

/** Takes in the example's models when the supervisor has them; asks seldom, since it costs one look. */
export const takeInLocalModels = defineJob({
  name: "models.take-in-local",
  payload: z.object({}),
  everySeconds: 20,
  run: async () => {
    await ensureLocalModels();
  },
});
