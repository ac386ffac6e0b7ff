import { z } from "zod";
import { runInput } from "./specs/index";

/** What of a spec is kept with the run; id, attempt and checkpoint are put in when an attempt is written. */
export const storedSpecSchema = z.object({
  seed: z.int(),
  inputs: z.record(z.string(), runInput),
  parameters: z.record(z.string(), z.json()),
  // Runs of old name no nodes.
  resources: z.object({ nodes: z.int().default(1), processes: z.int(), threads: z.int() }),
});

export type StoredSpec = z.infer<typeof storedSpecSchema>;
