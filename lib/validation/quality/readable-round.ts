import { database } from "@/lib/platform/database/client";
import type { LabellingState } from "@/lib/platform/database/generated/enums";
import { notFound, Problem, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { labelledDraws } from "../labelled-draws";
import { pseudonymsOf } from "../pseudonyms";
import { followedRun, isConvenience } from "../rules";
import type { StratumSize } from "./label-figures";
import type { LabellingChoice, Target } from "./schema";

/**
 * The round, for those who may see its figures now. Throws 403 `quality_hidden_while_deciding` to those who decide in the
 * open round, since every figure that moves with a decision tells what the LLM or somebody else thinks of that document.
 */
export async function findReadableRound(actor: StudyActor, roundId: string) {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    include: {
      draw: { select: { design: true } },
      members: { include: { person: { select: { name: true } } }, orderBy: [{ addedAt: "asc" }, { personId: "asc" }] },
    },
  });
  if (!round) throw notFound();
  if (round.state === "open" && round.members.some((member) => member.personId === actor.personId)) {
    throw new Problem(403, "quality_hidden_while_deciding");
  }
  return { ...round, convenience: isConvenience(round.draw.design), pseudonyms: pseudonymsOf(round) };
}

const underWay: LabellingState[] = ["queued", "running"];

/** Labelling runs of the round's documents that have labels or are on their way, newest first. */
export async function listLabellings(round: { id: string; drawId: string }): Promise<LabellingChoice[]> {
  const runs = await database().labellingRun.findMany({
    where: { drawId: { in: await labelledDraws(round.drawId) } },
    orderBy: { createdAt: "desc" },
    include: {
      endpoint: { select: { local: true } },
      prompt: { select: { language: true, version: true } },
      talliedIn: { where: { roundId: round.id } },
    },
  });
  return runs.flatMap((run) => {
    const labelled = run.medical + run.nonMedical + run.unusable;
    const running = underWay.includes(run.state);
    if (labelled === 0 && !running) return [];
    const counted = run.talliedIn[0]?.labels === labelled;
    return [
      {
        id: run.id,
        model: run.model,
        promptLanguage: run.prompt.language,
        promptVersion: run.prompt.version,
        local: run.endpoint.local,
        labelled,
        total: run.total,
        createdAt: run.createdAt.toISOString(),
        state: running ? ("running" as const) : counted ? ("counted" as const) : ("counting" as const),
      },
    ];
  });
}

/** The strata of the round's draw. Throws 422 `target_needs_two_phases` where there is no sample to speak of. */
export async function readStrataFor(drawId: string, target: Target) {
  const rows = await database().stratum.findMany({
    where: { drawId },
    include: { phaseOneStratum: true, draw: { select: { design: true } } },
  });
  const strata = rows.map(({ draw, ...row }): StratumSize => ({ ...row, followedRun: followedRun(draw.design) }));
  const twoPhases = strata.some(({ phaseOneStratum }) => phaseOneStratum !== null);
  if (target === "drawn_sample" && !twoPhases) throw unprocessable("target_needs_two_phases");
  return { strata };
}
