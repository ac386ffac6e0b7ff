import { database } from "@/lib/platform/database/client";
import { assumedSecondsPerDecision, paceOf } from "../rules";

/** Active seconds of work per decision, and where that comes from. */
export type Pace = { secondsPerDecision: number; from: "round" | "study" | "assumed" };

const fewest = 20;

/**
 * What the people of the round needed, else those of the whole study, each from twenty decisions on (hidden repeats count,
 * their time is measured too); before that what is assumed everywhere. Simulated people need no time.
 */
export async function readPace(studyId: string, roundId?: string): Promise<Pace> {
  const own = roundId ? await measure({ id: roundId, studyId }) : null;
  if (own !== null) return { secondsPerDecision: own, from: "round" };
  const measured = await measure({ studyId });
  if (measured !== null) return { secondsPerDecision: measured, from: "study" };
  return { secondsPerDecision: assumedSecondsPerDecision, from: "assumed" };
}

async function measure(round: { id?: string; studyId: string }): Promise<number | null> {
  const { _sum } = await database().roundMember.aggregate({
    where: { round, person: { simulated: false, external: false } },
    _sum: { decided: true, repeated: true, activeMs: true },
  });
  const decisions = (_sum.decided ?? 0) + (_sum.repeated ?? 0);
  return decisions < fewest ? null : paceOf(decisions, Number(_sum.activeMs ?? 0));
}
