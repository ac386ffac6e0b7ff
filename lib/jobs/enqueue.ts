import type { z } from "zod";
import type { Database } from "@/lib/platform/database/client";
import type { JobDefinition } from "./define";

/**
 * Puts a job into the queue, in the transaction that causes it. A `key` keeps one waiting job of that key
 * (graphile-worker's job_key in mode preserve_run_at); one that runs already does not count: the next one begins beside it,
 * or after it where the job says `oneAtATime` (a queue of that key).
 */
export async function enqueue<Payload extends z.ZodType>(
  transaction: Database,
  job: JobDefinition<Payload>,
  payload: z.input<Payload>,
  options: { key?: string; delaySeconds?: number; maxAttempts?: number } = {},
): Promise<void> {
  await transaction.$executeRaw`
    select graphile_worker.add_job(
      ${job.name}::text, ${JSON.stringify(payload)}::json,
      run_at => now() + make_interval(secs => ${options.delaySeconds ?? 0}::double precision),
      max_attempts => ${options.maxAttempts ?? 25}::int,
      queue_name => ${job.oneAtATime ? (options.key ?? null) : null}::text,
      job_key => ${options.key ?? null}::text,
      job_key_mode => 'preserve_run_at')`;
}
