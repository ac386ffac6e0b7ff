import { type Database, database, Prisma } from "@/lib/platform/database/client";
import { kindsOnGpu } from "./lifecycle/job-resources";
import type { WaitingCode } from "./schema";

/** As `computesOnGpu`, of the row "run". */
const onGpu = Prisma.sql`(run."kind" = any(${kindsOnGpu}::text[])
  or run."kind" = 'classify-corpus' and run."spec" #>> '{parameters,precision}' = 'bf16')`;

export type QueuePlace = { place: number; of: number };

/**
 * Attempts that take a place on their backend: handed to it and not over. One that no node can hold as the cluster is
 * takes none, or it would keep all others out.
 */
const takesPlace = Prisma.sql`(attempt."state" in ('submitting', 'pending', 'running', 'stopping')
  and attempt."waitingCode" is distinct from 'resources_too_few')`;

const currentAttempt = Prisma.sql`join "Attempt" attempt on attempt."runId" = run."id"
  and attempt."number" = run."currentAttempt" and run."state" in ('queued', 'running')`;

/**
 * Who waits at backends, in order: the higher priority first; within one, studies take turns, counting what they have at
 * work there already; then who came first. So no study's many runs keep another's one run out.
 */
const queueOf = (backendIds: readonly string[]) => Prisma.sql`
  with live as (
    select run."backendId", run."studyId", count(*) as "runs" from "Run" run ${currentAttempt}
    where run."backendId" = any(${backendIds}::uuid[]) and ${takesPlace}
    group by run."backendId", run."studyId"
  ), waiting as (
    select run.*, ${onGpu} as "onGpu", coalesce(live."runs", 0) + row_number() over (
        partition by run."backendId", run."studyId", run."priority" order by run."createdAt", run."id"
      ) as "turn"
    from "Run" run ${currentAttempt}
    left join live on live."backendId" = run."backendId" and live."studyId" = run."studyId"
    where run."backendId" = any(${backendIds}::uuid[]) and attempt."state" = 'created' and run."cancelRequestedAt" is null
      -- One whose inputs are on their way to an exchange does not stand in the queue yet.
      and (attempt."transferUntil" is null or attempt."transferUntil" < now())
  )
  select "id", "onGpu", "backendId",
    (row_number() over (partition by "backendId" order by "priority" desc, "turn", "createdAt", "id"))::int as "place",
    (count(*) over (partition by "backendId"))::int as "of"
  from waiting order by "backendId", "place"`;

/** The places of all runs, of every study, that wait at these backends. */
export async function placesInQueue(backendIds: readonly string[]): Promise<Map<string, QueuePlace>> {
  if (backendIds.length === 0) return new Map();
  const rows = await database().$queryRaw<({ id: string } & QueuePlace)[]>(queueOf([...new Set(backendIds)]));
  return new Map(rows.map(({ id, place, of }) => [id, { place, of }]));
}

/** Who takes a place on a backend comes through here one after another, until the transaction ends. */
export async function lockQueue(transaction: Database, backendId: string): Promise<void> {
  await transaction.$queryRaw`select "id" from "Backend" where "id" = ${backendId}::uuid for no key update`;
}

type Taken = { running: boolean; onGpu: boolean };

/**
 * What a run waits for before it is handed to its backend; null: it is its turn. Handed over is one run at a time that
 * still waits for room there, of those that compute on GPUs and of the others: so the order stays ours, which Ray's queue
 * would not keep, and a waiting GPU run keeps no merge from free processors.
 */
export async function turnOf(
  transaction: Database,
  run: { id: string; backendId: string },
): Promise<WaitingCode | null> {
  const [limits, taken, queue] = [
    await transaction.backend.findUniqueOrThrow({ where: { id: run.backendId }, select: { maxLiveRuns: true } }),
    await transaction.$queryRaw<Taken[]>`
      select attempt."state" in ('running', 'stopping') as "running", ${onGpu} as "onGpu"
      from "Run" run ${currentAttempt}
      where run."backendId" = ${run.backendId}::uuid and ${takesPlace}`,
    await transaction.$queryRaw<{ id: string; onGpu: boolean }[]>(queueOf([run.backendId])),
  ];
  if (limits.maxLiveRuns !== null && taken.length >= limits.maxLiveRuns) return "queue_limit";
  const blocked = (gpu: boolean) => taken.some((each) => !each.running && each.onGpu === gpu);
  const next = queue.find((each) => !blocked(each.onGpu));
  return next?.id === run.id ? null : "queue_room";
}
