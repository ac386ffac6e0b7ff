import { database } from "@/lib/platform/database/client";
import type { Round } from "@/lib/platform/database/generated/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { RoundDetail } from "./schema";
import { roundInclude, summariseRound } from "./summarise-round";

export async function readRound(actor: StudyActor, roundId: string): Promise<RoundDetail> {
  const round = await database().round.findFirst({
    where: { id: roundId, studyId: actor.studyId },
    include: {
      ...roundInclude,
      annotationImport: { select: { id: true } },
      continues: { select: { name: true, decided: true } },
      _count: { select: { lateDecisions: true } },
    },
  });
  if (!round) throw notFound();
  const { instructionsDe, instructionsEn } = round;
  const summary = summariseRound(actor, round);
  const contested = summary.deciding ? null : await countContested(roundId);
  const stopRule = stopRuleOf(round, summary.deciding);
  const highlighted = summary.deciding || round.annotationImport ? null : round.highlighted;
  const continues = continuesOf(round);
  const late = round._count.lateDecisions;
  return { ...summary, instructionsDe, instructionsEn, stopRule, continues, contested, highlighted, late };
}

function continuesOf(
  round: Pick<Round, "state" | "carried" | "continuesRoundId"> & {
    continues: { name: string; decided: number } | null;
  },
): RoundDetail["continues"] {
  const { continuesRoundId: roundId, continues, state, carried } = round;
  if (!roundId || !continues) return null;
  return { roundId, name: continues.name, decisions: state === "draft" ? continues.decided : carried };
}

type Rule = Pick<Round, "stopHalfWidth" | "stopLabellingRunId" | "stopLower" | "stopUpper" | "stopDocuments">;

function stopRuleOf(round: Rule, deciding: boolean): RoundDetail["stopRule"] {
  const { stopHalfWidth: halfWidth, stopLabellingRunId: labellingRunId, stopLower: lower, stopUpper: upper } = round;
  if (halfWidth === null || labellingRunId === null) return null;
  const known = !deciding && lower !== null && upper !== null;
  const interval = known ? { lower, upper, documents: round.stopDocuments } : null;
  return { halfWidth, labellingRunId, interval };
}

async function countContested(roundId: string): Promise<NonNullable<RoundDetail["contested"]>> {
  const [open, settled] = await Promise.all([
    database().roundItem.count({ where: { roundId, contested: true, settled: null } }),
    database().roundItem.count({ where: { roundId, settled: { not: null } } }),
  ]);
  return { open, settled };
}
