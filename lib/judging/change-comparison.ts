import { recordAudit } from "@/lib/audit/record";
import { type Database, inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { conflict, notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import { takeComparison } from "./locks";
import { canonicalPairs, hashPairs, newSalt, type PlannedPair, planPairs } from "./pairing";

async function plannedPairs(transaction: Database, comparisonId: string, seed: number): Promise<PlannedPair[]> {
  const answers = await transaction.answer.findMany({
    where: { answerSet: { entries: { some: { comparisonId } } } },
    select: { id: true, answerSetId: true, promptId: true },
  });
  return planPairs(
    answers.map(({ id, answerSetId, promptId }) => ({ answerId: id, answerSetId, promptId })),
    seed,
  );
}

/** Lays out the pairs, publishes the hash of their order and sides, and lets the judges in. Throws `no_judges`, `no_pairs`. */
export async function openComparison(actor: StudyActor, comparisonId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    await takeComparison(transaction, comparisonId);
    const comparison = await transaction.comparison.findFirst({
      where: { id: comparisonId, studyId: actor.studyId },
      include: { _count: { select: { members: true } } },
    });
    if (!comparison) throw notFound();
    if (comparison.state !== "draft") throw conflict("comparison_not_draft");
    if (comparison._count.members === 0) throw unprocessable("no_judges");
    const pairs = await plannedPairs(transaction, comparisonId, comparison.seed);
    if (pairs.length === 0) throw unprocessable("no_pairs");
    const wanted = Math.min(comparison.votesPerPair, comparison._count.members);
    for (let start = 0; start < pairs.length; start += 2000) {
      await transaction.pair.createMany({
        data: pairs.slice(start, start + 2000).map((pair, index) => ({
          ...pair,
          id: newId(),
          comparisonId,
          position: start + index,
          wanted,
        })),
      });
    }
    const salt = newSalt();
    await transaction.comparison.update({
      where: { id: comparisonId },
      data: {
        state: "open",
        openedAt: new Date(),
        pairs: pairs.length,
        wanted: pairs.length * wanted,
        salt,
        assignmentHash: hashPairs(salt, canonicalPairs(pairs)),
      },
    });
    await recordAudit(transaction, actor, {
      action: "comparisons.open",
      subject: "comparison",
      subjectId: comparisonId,
      detail: { pairs: pairs.length },
    });
  });
}

/** No further vote counts; the salt and seed become public, so that anyone can check the order and the sides. */
export async function closeComparison(actor: StudyActor, comparisonId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    await takeComparison(transaction, comparisonId);
    const { count } = await transaction.comparison.updateMany({
      where: { id: comparisonId, studyId: actor.studyId, state: "open" },
      data: { state: "closed", closedAt: new Date() },
    });
    if (count === 0) {
      const comparison = await transaction.comparison.findFirst({
        where: { id: comparisonId, studyId: actor.studyId },
      });
      if (!comparison) throw notFound();
      throw conflict("comparison_not_open");
    }
    await recordAudit(transaction, actor, {
      action: "comparisons.close",
      subject: "comparison",
      subjectId: comparisonId,
    });
  });
}
