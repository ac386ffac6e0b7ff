import type { z } from "zod";

/** A job: what the queue may carry (ids only) and what the worker does with it. Every job can run twice. */
export type JobDefinition<Payload extends z.ZodType = z.ZodType> = {
  name: string;
  payload: Payload;
  /** Takes under 30 s (a tick); longer work asks for its next tick. `signal` ends it when the worker stops. */
  run: (payload: z.output<Payload>, context: { signal: AbortSignal }) => Promise<void>;
  /** Carried out again and again, this long after it last ended, by one worker at a time; its payload is `{}`. */
  everySeconds?: number;
  /** Of those of one key never two at once, also where one is asked for while another is at work. */
  oneAtATime?: boolean;
};

export function defineJob<Payload extends z.ZodType>(definition: JobDefinition<Payload>): JobDefinition<Payload> {
  return definition;
}
