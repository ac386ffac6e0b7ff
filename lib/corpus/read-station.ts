import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";

/** Documents of the largest imported corpus. */
export async function readCorporaStation(actor: StudyActor): Promise<Station> {
  const corpora = await database().corpus.findMany({
    where: { studyId: actor.studyId, madeByRunId: null },
    orderBy: { createdAt: "desc" },
    select: { id: true, state: true, documents: true },
    take: 100,
  });
  const ready = corpora.filter(({ state }) => state === "ready").sort((a, b) => b.documents - a.documents)[0];
  const importing = corpora.some(({ state }) => state === "importing");
  if (!ready) {
    const state = importing ? "active" : corpora.length > 0 ? "failed" : "empty";
    return { state, figure: null, href: "/corpora" };
  }
  return {
    state: importing ? "active" : "done",
    figure: { name: "documents", kind: "count", count: ready.documents },
    href: `/corpora/${ready.id}`,
  };
}

/** Items of the newest sample. */
export async function readSamplesStation(actor: StudyActor): Promise<Station> {
  const sample = await database().sample.findFirst({
    where: { studyId: actor.studyId },
    orderBy: { createdAt: "desc" },
    include: { draws: { where: { number: 1 }, select: { size: true } } },
  });
  if (!sample) return { state: "empty", figure: null, href: "/samples" };
  const state = sample.state === "ready" ? "done" : sample.state === "failed" ? "failed" : "active";
  const count = sample.draws[0]?.size ?? 0;
  return { state, figure: { name: "drawn", kind: "count", count }, href: `/samples/${sample.id}` };
}
