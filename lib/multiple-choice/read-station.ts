import { database } from "@/lib/platform/database/client";
import { wilsonInterval } from "@/lib/stats";
import type { StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";

/** The newest evaluation's accuracy. */
export async function readEvaluationsStation(actor: StudyActor): Promise<Station> {
  const { studyId } = actor;
  const [newest, run] = await Promise.all([
    database().evaluation.findFirst({
      where: { studyId },
      orderBy: { createdAt: "desc" },
      include: { checkpoint: { select: { name: true } } },
    }),
    database().run.findFirst({ where: { studyId, kind: "evaluate" }, orderBy: { createdAt: "desc" } }),
  ]);
  const active = run?.state === "queued" || run?.state === "running";
  const href = "/evaluations";
  if (!newest) return { state: active ? "active" : run?.state === "failed" ? "failed" : "empty", figure: null, href };
  const { correct, questions } = newest;
  return {
    state: active ? "active" : "done",
    figure: {
      name: "accuracy",
      kind: "estimate",
      value: correct / questions,
      interval: wilsonInterval(correct, questions),
      n: questions,
      of: newest.checkpoint.name,
      percent: true,
    },
    href,
  };
}
