import { database } from "@/lib/platform/database/client";
import type { LabellingState } from "@/lib/platform/database/generated/enums";
import { conflict, notFound, Problem } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { decidesOnSome } from "../decides-on-some";
import { labelledDraws } from "../labelled-draws";
import { pseudonymsOf } from "../pseudonyms";

const ended: LabellingState[] = ["paused", "succeeded", "failed", "cancelled"];

/**
 * What is the same for all rows of a round's export. Throws 409 `round_not_open` for a draft, and 403
 * `quality_hidden_while_deciding` to those who decide in the open round, or in another open one on documents of this: the
 * export holds what the LLM and the others think.
 */
export async function readExportHead(actor: StudyActor, roundId: string) {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    include: {
      members: { select: { personId: true, addedAt: true } },
      adjudications: {
        select: { personId: true },
        distinct: ["personId"],
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      },
      _count: { select: { trainingItems: { where: { removedIn: null } }, lateDecisions: true } },
      continues: { select: { name: true } },
      annotationImport: { select: { fileName: true } },
      study: { select: { name: true, example: true, showPace: true } },
      draw: {
        include: {
          strata: { include: { phaseOneStratum: true } },
          parentDraw: { select: { number: true, size: true } },
          sample: { include: { corpus: true } },
        },
      },
    },
  });
  if (!round) throw notFound();
  if (round.state === "draft") throw conflict("round_not_open");
  if (await decidesOnSome(actor, roundId)) throw new Problem(403, "quality_hidden_while_deciding");
  const labellings = await database().labellingRun.findMany({
    where: { drawId: { in: await labelledDraws(round.drawId) }, studyId: actor.studyId, state: { in: ended } },
    orderBy: { createdAt: "desc" },
    include: { prompt: { select: { language: true, version: true, text: true } } },
  });
  return {
    round,
    interim: round.state === "open",
    labellings: labellings.filter((run) => run.medical + run.nonMedical + run.unusable > 0),
    pseudonyms: pseudonymsOf(round),
  };
}
export type ExportHead = Awaited<ReturnType<typeof readExportHead>>;
