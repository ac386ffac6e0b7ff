import { usableDraw } from "@/lib/corpus/sampling/usable-draw";
import { database, type Prisma } from "@/lib/platform/database/client";
import type { StudyActor } from "@/lib/studies/actor";
import { findContinuable } from "./carry-decisions";
import { readDefaultInstructions } from "./default-instructions";
import { isConvenience } from "./rules";
import { readPace } from "./sampling/read-pace";
import type { RoundOptions } from "./schema";

const choosable = {
  where: { state: { not: "cancelled" } },
  select: { id: true, model: true, prompt: { select: { language: true, version: true } } },
  orderBy: { createdAt: "desc" },
} satisfies Prisma.Draw$labellingRunsArgs;

/** What a new round can be made of: draws of ready samples, people of the study, and the shipped instructions. */
export async function readRoundOptions(actor: StudyActor): Promise<RoundOptions> {
  const [draws, continuable, members, instructions, pace] = await Promise.all([
    database().draw.findMany({
      where: usableDraw(actor.studyId),
      include: {
        sample: { select: { name: true } },
        labellingRuns: choosable,
        // of a second phase the labels of the first one hold too
        parentDraw: { select: { labellingRuns: choosable } },
      },
      orderBy: { createdAt: "desc" },
    }),
    findContinuable(actor.studyId),
    database().member.findMany({
      where: { studyId: actor.studyId },
      include: { person: { select: { name: true, simulated: true } } },
      orderBy: { createdAt: "asc" },
    }),
    readDefaultInstructions(),
    readPace(actor.studyId),
  ]);
  return {
    draws: draws.map((draw) => ({
      id: draw.id,
      name: draw.number === 1 ? draw.sample.name : `${draw.sample.name} (${draw.number})`,
      size: draw.size,
      extension: draw.extendsDrawId !== null,
      convenience: isConvenience(draw.design),
      continuable: continuable.get(draw.id) ?? [],
      labellings: [...draw.labellingRuns, ...(draw.parentDraw?.labellingRuns ?? [])].map(({ id, model, prompt }) => ({
        id,
        name: `${model} (${prompt.language} v${prompt.version})`,
      })),
    })),
    people: members.map(({ personId, role, person }) => ({ personId, role, ...person })),
    instructions,
    pace: { secondsPerDecision: pace.secondsPerDecision, measured: pace.from !== "assumed" },
  };
}
