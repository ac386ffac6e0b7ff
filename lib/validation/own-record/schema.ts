import { z } from "zod";
import { paceSchema } from "../pace/schema";
import { estimateSchema } from "../quality/schema";

/** What a person learns of their own decisions once their part is done; nothing in it is of anybody else. */
export const ownRecordSchema = z.object({
  roundId: z.uuid(),
  name: z.string(),
  decided: z.number().int(),
  /** documents that came a second time, and on how many the person decided the same; null: none came */
  consistency: z.object({ repeats: z.number().int(), same: z.number().int(), share: estimateSchema }).nullable(),
  /** null: the study does not show it, or nothing was measured */
  pace: paceSchema.nullable(),
});
export type OwnRecord = z.infer<typeof ownRecordSchema>;
