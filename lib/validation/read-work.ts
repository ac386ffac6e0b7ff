import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { enterRound, type OwnRound } from "./enter-round";
import { openForPerson, paceOf } from "./rules";
import type { RoundState, WorkProgress } from "./schema";
import { readProgressOfTraining } from "./training/own-training";
import type { OwnTraining } from "./training/schema";

/** A person's own progress: nothing in it depends on what others chose, or on the LLM's labels. */
export function readProgress(round: OwnRound): WorkProgress {
  return {
    decided: round.ownDecided + round.ownRepeated,
    open: openForPerson(round, round.ownDecided),
    secondsPerDecision: paceOf(round.ownDecided + round.ownRepeated, round.ownActiveMs),
  };
}

export type Work = {
  roundId: string;
  name: string;
  state: RoundState;
  instructions: { de: string; en: string };
  /** some documents come a second time */
  repeats: boolean;
  /** of the study; can be highlighted */
  highlightWords: string[];
  progress: WorkProgress;
  /** comes before everything else while documents of it are left; null: they are through, or there is none */
  training: OwnTraining | null;
};

/** What the work screen needs besides documents. Throws 404 or 403 `not_in_round`. */
export async function readWork(actor: StudyActor, roundId: string): Promise<Work> {
  const own = await enterRound(database(), actor, roundId, actor.personId);
  const round = await database().round.findUniqueOrThrow({
    where: { id: roundId },
    select: { name: true, instructionsDe: true, instructionsEn: true, study: { select: { highlightWords: true } } },
  });
  return {
    roundId,
    name: round.name,
    state: own.state,
    instructions: { de: round.instructionsDe, en: round.instructionsEn },
    repeats: own.repeatShare > 0,
    highlightWords: round.study.highlightWords,
    progress: readProgress(own),
    training: own.training ? await readProgressOfTraining(database(), roundId, actor.personId) : null,
  };
}
