import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { placesInQueue } from "./queue";
import { viewOfRun } from "./run-view";
import type { RunListItem, RunStateName } from "./schema";
import type { RunKind } from "./specs/index";

export type RunFilters = {
  states?: readonly RunStateName[];
  kinds?: readonly RunKind[];
  search?: string;
  /** id of the last run of the page before */
  after?: string;
  limit?: number;
};

/** A study's runs, newest first: their ids sort by time. */
export async function listRuns(
  actor: StudyActor,
  { states = [], kinds = [], search = "", after, limit = 50 }: RunFilters,
): Promise<{ runs: RunListItem[]; next: string | null }> {
  const rows = await database().run.findMany({
    where: {
      studyId: actor.studyId,
      ...(states.length > 0 ? { state: { in: [...states] } } : {}),
      ...(kinds.length > 0 ? { kind: { in: [...kinds] } } : {}),
      ...(search ? { name: { contains: search, mode: "insensitive" } } : {}),
      ...(after ? { id: { lt: after } } : {}),
    },
    orderBy: { id: "desc" },
    take: limit + 1,
    include: {
      backend: { select: { name: true } },
      attempts: { select: { number: true, state: true, waitingCode: true } },
    },
  });
  const page = rows.slice(0, limit);
  const waiting = page.filter(({ state }) => state === "queued" || state === "running");
  const [names, places] = await Promise.all([
    namesOfPeople(page.map(({ createdById }) => createdById)),
    placesInQueue(waiting.map(({ backendId }) => backendId)),
  ]);
  return {
    runs: page.map((run) => viewOfRun(run, names.get(run.createdById ?? "") ?? null, places.get(run.id) ?? null)),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

export async function namesOfPeople(ids: readonly (string | null)[]): Promise<Map<string, string>> {
  const people = await database().person.findMany({
    where: { id: { in: [...new Set(ids.filter((id) => id !== null))] } },
    select: { id: true, name: true },
  });
  return new Map(people.map(({ id, name }) => [id, name]));
}
