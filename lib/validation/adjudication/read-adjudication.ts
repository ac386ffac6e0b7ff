import { database } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import { may, type StudyActor } from "@/lib/studies/actor";
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

/**
 * Rounds with documents that this person may adjudicate, for the study home. What came along into a later round is
 * adjudicated there.
 */
export async function listOpenAdjudication(
  actor: StudyActor,
): Promise<{ roundId: string; name: string; open: number }[]> {
  if (!may(actor, "rounds.adjudicate")) return [];
  return database().$queryRaw`
    select round."id" as "roundId", round."name", count(*)::int as "open"
    from "Round" round
    join "RoundItem" item on item."roundId" = round."id" and item."contested" and item."settled" is null
      and (round."state" = 'closed' or item."decided" >= item."wanted")
    where round."studyId" = ${actor.studyId}::uuid and round."state" <> 'draft'
      and not exists (select 1 from "Round" later where later."continuesRoundId" = round."id" and later."state" <> 'draft')
      and not exists (select 1 from "Claim" own
        where own."roundItemId" = item."id" and own."personId" = ${actor.personId}::uuid)
    group by round."id" order by min(round."openedAt")`;
}
