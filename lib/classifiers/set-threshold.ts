import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";

/** The operating point that people chose, and why; what was before stands in the audit log. */
export async function setThreshold(
  actor: StudyActor,
  classifierId: string,
  input: { threshold: number; reason: string },
): Promise<void> {
  await inTransaction(async (transaction) => {
    const where = { id: classifierId, studyId: actor.studyId };
    const before = await transaction.classifier.findFirst({ where });
    if (!before) throw notFound();
    await transaction.classifier.updateMany({
      where,
      data: { threshold: input.threshold, thresholdReason: input.reason },
    });
    await recordAudit(transaction, actor, {
      action: "classifiers.threshold",
      subject: "classifier",
      subjectId: classifierId,
      detail: { before: before.threshold, after: input.threshold, reason: input.reason },
    });
  });
}
