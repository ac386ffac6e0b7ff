import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import type { RoundSummary } from "./schema";
import { roundInclude, summariseRound } from "./summarise-round";

export async function listRounds(actor: StudyActor): Promise<RoundSummary[]> {
  const rounds = await database().round.findMany({
    where: { studyId: actor.studyId },
    include: roundInclude,
    orderBy: { createdAt: "desc" },
  });
  return rounds.map((round) => summariseRound(actor, round));
}
