import { EventEmitter } from "node:events";
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from "graphile-worker";
import { Pool } from "pg";
import { log } from "@/lib/platform/log";
import { pause } from "./pause";
import type { Task } from "./task";

type Options = {
  databaseUrl: string;
  tasks: readonly Task[];
  concurrency: number;
  /** Ends the work: no further job is begun, and the jobs at hand are told to come to an end. */
  signal: AbortSignal;
  /** graphile-worker's ids of the present workers, which stand in the queue's locks. */
  onWorkers: (workerIds: readonly string[]) => void;
};

const longestPauseMs = 5_000;
const drainMs = 10_000;

/**
 * Carries out jobs until told to stop. Where the database goes away the queue is taken up again when it is back:
 * graphile-worker by itself loses a worker for good when it can't hand back a job.
 */
export async function serveQueue(options: Options): Promise<void> {
  const { signal } = options;
  let failures = 0;
  while (!signal.aborted) {
    const startedAt = Date.now();
    try {
      await serveUntilFault(options);
    } catch (error) {
      failures = Date.now() - startedAt > 60_000 ? 1 : failures + 1;
      const pauseMs = Math.min(longestPauseMs, 250 * 2 ** failures);
      log().warn({ error: error instanceof Error ? error.message : String(error), pauseMs }, "queue.interrupted");
      await pause(pauseMs, signal);
    }
  }
}

/** Returns when told to stop and drained; throws when the queue has to be taken up anew. */
async function serveUntilFault({ databaseUrl, tasks, concurrency, signal, onWorkers }: Options): Promise<void> {
  // A connection that drops must not end the process: the pool makes another one.
  const pool = new Pool({ connectionString: databaseUrl, max: concurrency + 2, connectionTimeoutMillis: 5000 });
  const ignore = (error: Error) => log().debug({ error: error.message }, "queue.connection");
  pool.on("error", ignore);
  pool.on("connect", (client) => client.on("error", ignore));
  const events: WorkerEvents = new EventEmitter();
  const workerIds: string[] = [];
  events.on("worker:create", ({ worker }) => {
    workerIds.push(worker.workerId);
    onWorkers(workerIds);
  });
  const fault = new Promise<never>((_, reject) => {
    events.on("worker:stop", ({ error }) => error && reject(error));
  });
  fault.catch(ignore);
  let runner: Runner | undefined;
  try {
    runner = await run({
      pgPool: pool,
      taskList: taskListOf(tasks, signal),
      concurrency,
      pollInterval: 1000,
      noHandleSignals: true,
      events,
      logger: quietLogger(),
    });
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([stopped, fault, runner.promise]);
    await runner.stop();
  } catch (error) {
    // Jobs at hand may wait for the very database that is away; they end by themselves, and can run twice.
    await Promise.race([runner?.stop().catch(ignore), pause(drainMs, signal)]);
    throw error;
  } finally {
    void pool.end().catch(ignore);
  }
}

function taskListOf(tasks: readonly Task[], signal: AbortSignal): TaskList {
  const entries = tasks.map((task) => [task.name, (payload: unknown) => task.run(payload, signal)] as const);
  return Object.fromEntries(entries);
}

/** A failed job is a line of our log; graphile-worker's own words only while looking for a fault. */
function quietLogger(): Logger {
  return new Logger((scope) => (level, message, meta) => {
    if (meta?.failure) log().error({ ...scope, message }, "job.failed");
    else log().debug({ ...scope, level, message }, "queue");
  });
}
