import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { namesOfPeople } from "./list-runs";
import { isLive } from "./lock-run";
import { nameLineage } from "./name-lineage";
import { placesInQueue } from "./queue";
import { iso, viewOfAttempt, viewOfRun } from "./run-view";
import type { RunView } from "./schema";
import { storedSpecSchema } from "./stored-spec";

/** One run with everything but its curves and its log, which have their own ways. */
export async function readRun(actor: StudyActor, runId: string): Promise<RunView> {
  const run = await database().run.findFirst({
    where: { id: runId, studyId: actor.studyId },
    include: {
      backend: { select: { name: true } },
      attempts: { orderBy: { number: "asc" } },
      artifacts: { orderBy: { name: "asc" } },
      edges: { orderBy: [{ direction: "asc" }, { role: "asc" }] },
    },
  });
  if (!run) throw notFound();
  const [names, edges, metricNames, warnings, places] = await Promise.all([
    namesOfPeople([run.createdById]),
    nameLineage(actor.studyId, run.edges),
    namesOfMetrics(runId),
    database().runLog.count({ where: { runId, level: "warning" } }),
    placesInQueue(isLive(run) ? [run.backendId] : []),
  ]);
  const current = run.attempts.at(-1);
  return {
    ...viewOfRun(run, names.get(run.createdById ?? "") ?? null, places.get(run.id) ?? null),
    seed: run.seed,
    spec: storedSpecSchema.parse(run.spec),
    specHash: run.specHash,
    maxAttempts: run.maxAttempts,
    nextAttemptAt: iso(run.nextAttemptAt),
    failureDetail: run.failureDetail,
    summary: run.summary as Record<string, unknown>,
    attempts: run.attempts.map((attempt, index) => viewOfAttempt(attempt, run.attempts[index - 1])),
    artifacts: run.artifacts.map(({ name, address, digest, bytes, attempt }) => ({
      name,
      address,
      digest,
      bytes: Number(bytes),
      attempt,
    })),
    edges,
    metricNames,
    warnings,
    revision: `${run.currentAttempt}.${current?.eventsIngested ?? 0}`,
  };
}

/** Their names by skipping from one to the next in the index, however many points there are. */
async function namesOfMetrics(runId: string): Promise<string[]> {
  const rows = await database().$queryRaw<{ name: string }[]>`
    with recursive names as (
      select min("name") as "name" from "Metric" where "runId" = ${runId}::uuid
      union all
      select (select min("name") from "Metric" where "runId" = ${runId}::uuid and "name" > names."name")
      from names where names."name" is not null
    )
    select "name" from names where "name" is not null`;
  return rows.map(({ name }) => name);
}
