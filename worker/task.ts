import type { z } from "zod";
import type { JobDefinition } from "@/lib/jobs/define";

/** A job as the queue calls it: with a payload of unknown shape. */
export type Task = {
  name: string;
  everySeconds?: number;
  run: (payload: unknown, signal: AbortSignal) => Promise<void>;
};

export function taskOf<Payload extends z.ZodType>(job: JobDefinition<Payload>): Task {
  return {
    name: job.name,
    everySeconds: job.everySeconds,
    run: (payload, signal) => job.run(job.payload.parse(payload), { signal }),
  };
}
