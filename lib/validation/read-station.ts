import { convenienceDesignSchema } from "@/lib/corpus/schema";
import { database } from "@/lib/platform/database/client";
import { Problem } from "@/lib/platform/problem";
import { may, type StudyActor } from "@/lib/studies/actor";
import type { Station } from "@/lib/studies/station";
import { readQuality } from "./quality/read-quality";
import { shownEstimate } from "./quality/rules";

/**
 * The newest round of the study's own in which something is decided, else the newest open one, else the newest draft. Its figure is F1
 * where it can be computed and the person may see it, else how much is decided.
 */
export async function readRoundsStation(actor: StudyActor): Promise<Station> {
  const rounds = await database().round.findMany({
    where: { studyId: actor.studyId },
    orderBy: { createdAt: "desc" },
    select: { id: true, state: true, decided: true, wanted: true, draw: { select: { design: true } } },
  });
  // Decisions that were made elsewhere stand for nothing but themselves.
  const own = rounds.filter(({ draw }) => !convenienceDesignSchema.safeParse(draw.design).success);
  const opened = (own.length > 0 ? own : rounds).filter((one) => one.state !== "draft");
  const round = opened.find((one) => one.decided > 0) ?? opened[0] ?? own[0] ?? rounds[0];
  if (!round) return { state: "empty", figure: null, href: "/rounds" };
  const page = `/rounds/${round.id}`;
  if (round.state === "draft") return { state: "active", figure: null, href: page };
  const state = round.state === "closed" || round.decided === round.wanted ? "done" : "active";
  const f1 = await readF1(actor, round.id);
  if (f1) return { state, figure: { name: "f1", kind: "estimate", ...f1 }, href: `${page}/quality` };
  const { decided, wanted } = round;
  return { state, figure: { name: "decided", kind: "share", done: decided, total: wanted }, href: page };
}

async function readF1(actor: StudyActor, roundId: string) {
  if (!may(actor, "quality.read")) return null;
  try {
    const { labelQuality } = await readQuality(actor, roundId, { target: "like_these" });
    const estimate = labelQuality && shownEstimate(labelQuality, "f1");
    return estimate && { value: estimate.value, interval: estimate.interval, n: estimate.n };
  } catch (error) {
    // Who decides in the round sees no estimates, here as everywhere.
    if (error instanceof Problem && error.code === "quality_hidden_while_deciding") return null;
    throw error;
  }
}
