import { randomUUID } from "node:crypto";
import { runMigrations } from "graphile-worker";
import { ensureLocalBackend } from "@/lib/compute/ensure-local-backend";
import { environment } from "@/lib/platform/environment";
import { log } from "@/lib/platform/log";
import { beat, endHeartbeat, unlockDeadWorkers } from "./heartbeat";
import { pause } from "./pause";
import { ensurePeriodic, repeating } from "./periodic";
import { serveQueue } from "./serve-queue";
import type { Task } from "./task";

const concurrency = 8;
const heartbeatMs = 5000;

/** Carries out jobs until told to stop; then finishes those at hand. Waits for a database that is not there yet. */
export async function work(tasks: readonly Task[], signal: AbortSignal): Promise<void> {
  const processId = randomUUID();
  let workerIds: readonly string[] = [];
  await prepareQueue(signal);
  const serving = serveQueue({
    databaseUrl: environment().databaseUrl,
    tasks: tasks.map(repeating),
    concurrency,
    signal,
    onWorkers: (ids) => {
      workerIds = ids;
    },
  });
  log().info({ jobs: tasks.map(({ name }) => name) }, "worker.started");
  while (!signal.aborted) {
    await keepUp(processId, workerIds, tasks);
    await pause(heartbeatMs, signal);
  }
  await serving;
  await endHeartbeat(processId, workerIds).catch(interrupted);
  log().info("worker.stopped");
}

/** The queue's own tables, and the rows that the studio needs; tried until the database answers. */
async function prepareQueue(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await runMigrations({ connectionString: environment().databaseUrl });
      await ensureLocalBackend();
      return;
    } catch (error) {
      interrupted(error);
      await pause(2000, signal);
    }
  }
}

async function keepUp(processId: string, workerIds: readonly string[], tasks: readonly Task[]): Promise<void> {
  try {
    await beat(processId, workerIds);
    const dead = await unlockDeadWorkers();
    if (dead > 0) log().warn({ workers: dead }, "worker.unlocked");
    await ensurePeriodic(tasks);
  } catch (error) {
    interrupted(error);
  }
}

function interrupted(error: unknown): void {
  log().warn({ error: error instanceof Error ? error.message : String(error) }, "worker.interrupted");
}
