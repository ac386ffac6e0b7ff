import { z } from "zod";

export const showPaceSchema = z.object({ showPace: z.boolean() });

/** Active seconds per decision: hidden tabs and idling over 30 s taken out. Quartiles by linear interpolation. */
export const paceSchema = z.object({
  /** decisions with a measured time; hidden repeats and corrections too */
  n: z.number().int(),
  lowerQuartile: z.number(),
  median: z.number(),
  upperQuartile: z.number(),
});
export type Pace = z.infer<typeof paceSchema>;
