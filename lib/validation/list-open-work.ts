import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { assumedSecondsPerDecision, openForPerson, paceOf } from "./rules";

export type OpenWork = {
  roundId: string;
  name: string;
  decided: number;
  open: number;
  secondsLeft: number;
  deadline: string | null;
};

/** The open rounds in which the person takes part and that still want something of them, for the study home. */
export async function listOpenWork(actor: StudyActor): Promise<OpenWork[]> {
  const memberships = await database().roundMember.findMany({
    where: { personId: actor.personId, round: { studyId: actor.studyId, state: "open" } },
    include: {
      round: {
        select: {
          name: true,
          items: true,
          wanted: true,
          decided: true,
          quota: true,
          stoppedAt: true,
          deadline: true,
          openedAt: true,
        },
      },
    },
    orderBy: { round: { openedAt: "asc" } },
  });
  return memberships
    .map(({ roundId, round, decided, repeated, activeMs }) => {
      const open = openForPerson(round, decided);
      const pace = paceOf(decided + repeated, Number(activeMs)) ?? assumedSecondsPerDecision;
      return {
        roundId,
        name: round.name,
        decided,
        open,
        secondsLeft: Math.round(open * pace),
        deadline: round.deadline?.toISOString().slice(0, 10) ?? null,
      };
    })
    .filter((work) => work.open > 0);
}
