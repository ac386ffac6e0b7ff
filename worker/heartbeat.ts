import { database } from "@/lib/platform/database/client";

/** A process that has not written for so long is dead; PostgreSQL's clock counts. */
const staleSeconds = 30;

/** Says that this process lives, and with which of the queue's workers. */
export async function beat(processId: string, workerIds: readonly string[]): Promise<void> {
  await database().$executeRaw`
    insert into "WorkerProcess" ("id", "workerIds", "heartbeatAt")
    values (${processId}::uuid, ${[...workerIds]}::text[], now())
    on conflict ("id") do update set "workerIds" = excluded."workerIds", "heartbeatAt" = now()`;
}

/**
 * Takes the locks of dead workers off the queue, which graphile-worker itself would leave for four hours. A worker that
 * is only slow may have its job done by another one too: every job can run twice. Answers how many workers were dead.
 */
export async function unlockDeadWorkers(): Promise<number> {
  const dead = await database().$queryRaw<{ workerId: string }[]>`
    select distinct "locked_by" as "workerId" from graphile_worker.jobs
    where "locked_at" < now() - make_interval(secs => ${staleSeconds}::double precision)
      and not exists (
        select 1 from "WorkerProcess"
        where "heartbeatAt" > now() - make_interval(secs => ${staleSeconds}::double precision)
          and "locked_by" = any("workerIds"))`;
  const workerIds = dead.map(({ workerId }) => workerId);
  if (workerIds.length > 0) await unlock(workerIds);
  await database().$executeRaw`
    delete from "WorkerProcess" where "heartbeatAt" < now() - make_interval(hours => 1)`;
  return workerIds.length;
}

/** The process ends by itself: what it held may be taken up at once. */
export async function endHeartbeat(processId: string, workerIds: readonly string[]): Promise<void> {
  await unlock(workerIds);
  await database().workerProcess.deleteMany({ where: { id: processId } });
}

async function unlock(workerIds: readonly string[]): Promise<void> {
  await database().$executeRaw`select graphile_worker.force_unlock_workers(${[...workerIds]}::text[])`;
}
