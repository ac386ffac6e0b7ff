import type { Prisma } from "@/lib/platform/database/client";
import { may, type StudyActor } from "@/lib/studies/actor";
import { isConvenience, paceOf } from "./rules";
import type { RoundSummary } from "./schema";

export const roundInclude = {
  draw: { select: { design: true, sample: { select: { id: true, name: true } } } },
  members: {
    include: { person: { select: { name: true, simulated: true, external: true } } },
    orderBy: [{ addedAt: "asc" }, { personId: "asc" }],
  },
} satisfies Prisma.RoundInclude;

type RoundRow = Prisma.RoundGetPayload<{ include: typeof roundInclude }>;

export function summariseRound(actor: StudyActor, round: RoundRow): RoundSummary {
  // Who did how much is the owner's to see, and each person's own.
  const owner = may(actor, "audit.read");
  const total = round.members.reduce((sum, member) => sum + member.decided + member.repeated, 0);
  const activeMs = round.members.reduce((sum, member) => sum + Number(member.activeMs), 0);
  return {
    id: round.id,
    name: round.name,
    state: round.state,
    sampleId: round.draw.sample.id,
    sampleName: round.draw.sample.name,
    drawId: round.drawId,
    convenience: isConvenience(round.draw.design),
    doubleShare: round.doubleShare,
    seed: round.state === "closed" ? round.seed : null,
    items: round.items,
    wanted: round.wanted,
    decided: round.decided,
    members: round.members.map((member) => ({
      personId: member.personId,
      name: member.person.name,
      simulated: member.person.simulated,
      external: member.person.external,
      decided: owner || member.personId === actor.personId ? member.decided : null,
    })),
    repeatShare: round.repeatShare,
    quota: round.quota,
    deadline: round.deadline?.toISOString().slice(0, 10) ?? null,
    stoppedAt: round.stoppedAt?.toISOString() ?? null,
    deciding: round.state === "open" && round.members.some((member) => member.personId === actor.personId),
    secondsPerDecision: paceOf(total, activeMs),
    assignmentHash: round.assignmentHash,
    salt: round.state === "closed" ? round.salt : null,
    createdAt: round.createdAt.toISOString(),
    openedAt: round.openedAt?.toISOString() ?? null,
    closedAt: round.closedAt?.toISOString() ?? null,
  };
}
