import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";
import { readNewestF1 } from "./read-classifiers";

const newestRun = (studyId: string, kind: string) =>
  database().run.findFirst({ where: { studyId, kind }, orderBy: { createdAt: "desc" } });

/** F1 of the newest classifier. */
export async function readClassifiersStation(actor: StudyActor): Promise<Station> {
  const [newest, run] = await Promise.all([readNewestF1(actor), newestRun(actor.studyId, "train-classifier")]);
  const active = run?.state === "queued" || run?.state === "running";
  if (!newest) {
    return {
      state: active ? "active" : run?.state === "failed" ? "failed" : "empty",
      figure: null,
      href: "/classifiers",
    };
  }
  // How well it imitates an LLM is not how often it is right.
  const name = newest.judgedByPeople ? "classifierF1" : "classifierAgreement";
  return {
    state: active ? "active" : "done",
    figure: newest.f1 ? { name, kind: "estimate", ...newest.f1 } : null,
    href: `/classifiers/${newest.id}`,
  };
}

/** Documents of the newest filtered corpus. */
export async function readFilteringStation(actor: StudyActor): Promise<Station> {
  const [corpus, run] = await Promise.all([
    database().corpus.findFirst({
      where: { studyId: actor.studyId, madeByRunId: { not: null } },
      orderBy: { createdAt: "desc" },
    }),
    newestRun(actor.studyId, "classify-corpus"),
  ]);
  const active = run?.state === "queued" || run?.state === "running";
  const state = active ? "active" : corpus ? "done" : run?.state === "failed" ? "failed" : "empty";
  const figure = corpus ? { name: "kept", kind: "count" as const, count: corpus.documents } : null;
  return { state, figure, href: "/filtering" };
}
