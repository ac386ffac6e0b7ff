import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";

/** Whether the study shows how long people take: to owners each person's, to everybody their own. */
export async function readShowPace(actor: StudyActor): Promise<{ showPace: boolean }> {
  const study = await database().study.findUnique({ where: { id: actor.studyId }, select: { showPace: true } });
  if (!study) throw notFound();
  return study;
}

export function changeShowPace(actor: StudyActor, input: { showPace: boolean }): Promise<{ showPace: boolean }> {
  return inTransaction(async (transaction) => {
    const { showPace } = input;
    const moved = await transaction.study.updateMany({
      where: { id: actor.studyId, showPace: !showPace },
      data: { showPace },
    });
    if (moved.count === 0) return { showPace };
    await recordAudit(transaction, actor, {
      action: "studies.showPace",
      subject: "study",
      subjectId: actor.studyId,
      detail: { showPace },
    });
    return { showPace };
  });
}
