import { z } from "zod";
import { defineJob } from "@/lib/jobs/define";
import { lapseClaims } from "./lapse-claims";
import { checkStopRules } from "./stop-rule/check-stop-rules";
import { findUntalliedLabels, tallyLabels } from "./tally-labels";

export const lapseClaimsJob = defineJob({
  name: "validation.lapse-claims",
  payload: z.object({}),
  everySeconds: 60,
  run: async () => {
    await lapseClaims(null);
  },
});

export const tallyLabelsJob = defineJob({
  name: "validation.tally-labels",
  payload: z.object({}),
  everySeconds: 5,
  run: async (_payload, { signal }) => {
    for (const { roundId, labellingRunId } of await findUntalliedLabels()) {
      if (signal.aborted) return;
      await tallyLabels(roundId, labellingRunId);
    }
  },
});

export const checkStopRulesJob = defineJob({
  name: "validation.check-stop-rules",
  payload: z.object({}),
  everySeconds: 15,
  run: (_payload, { signal }) => checkStopRules(signal),
});
