import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import { may, type StudyActor } from "@/lib/studies/actor";
import { mayStillSettle } from "@/lib/studies/kept-from";
import { readAdjudicationProgress } from "./contested";
import type { AdjudicationProgress } from "./schema";

export type AdjudicationWork = {
  name: string;
  instructions: { de: string; en: string };
  /** of the study; can be highlighted */
  highlightWords: string[];
  /** null: the round is still a draft */
  progress: AdjudicationProgress | null;
};

/** What the adjudicator's screen needs besides documents. Throws 404. */
export async function readAdjudication(actor: StudyActor, roundId: string): Promise<AdjudicationWork> {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    select: {
      id: true,
      name: true,
      state: true,
      instructionsDe: true,
      instructionsEn: true,
      study: { select: { highlightWords: true } },
    },
  });
  if (!round) throw notFound();
  const { id, name, state, instructionsDe: de, instructionsEn: en } = round;
  const progress =
    state === "draft" ? null : await readAdjudicationProgress(database(), { id, name, state }, actor.personId);
  return { name, instructions: { de, en }, highlightWords: round.study.highlightWords, progress };
}

/** Rounds with documents that this person may adjudicate, for the study home. */
export async function listOpenAdjudication(
  actor: StudyActor,
): Promise<{ roundId: string; name: string; open: number }[]> {
  if (!may(actor, "rounds.adjudicate")) return [];
  return database().$queryRaw`
    select working."id" as "roundId", working."name", count(*)::int as "open"
    from "Round" working
    join "RoundItem" queued on queued."roundId" = working."id" and ${mayStillSettle(actor)}
    where working."studyId" = ${actor.studyId}::uuid
    group by working."id" order by min(working."openedAt")`;
}
