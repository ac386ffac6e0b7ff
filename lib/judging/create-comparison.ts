import { randomInt } from "node:crypto";
import { recordAudit } from "@/lib/audit/record";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "@/lib/studies/actor";
import type { CreateComparison } from "./schema";

/**
 * A draft; it can be opened when it has judges. Throws `contestants_too_few`, `contestant_twice`, `answer_sets_differ`,
 * `not_members`.
 */
export async function createComparison(actor: StudyActor, input: CreateComparison): Promise<{ id: string }> {
  const { studyId } = actor;
  if (new Set(input.answerSetIds).size !== input.answerSetIds.length) throw unprocessable("contestant_twice");
  if (input.answerSetIds.length < 2) throw unprocessable("contestants_too_few");
  return inTransaction(async (transaction) => {
    const sets = await transaction.answerSet.findMany({
      where: { studyId, id: { in: input.answerSetIds } },
      include: { endpointGeneration: { select: { endpointId: true, model: true } } },
    });
    if (sets.length !== input.answerSetIds.length) throw notFound();
    if (sets.some((set) => set.promptSetId !== input.promptSetId)) throw unprocessable("answer_sets_differ");
    const models = sets.map(({ checkpointId, endpointGeneration: asked }) =>
      asked ? `${asked.endpointId} ${asked.model}` : checkpointId,
    );
    if (new Set(models).size !== sets.length) throw unprocessable("contestant_twice");
    const members = await transaction.member.count({ where: { studyId, personId: { in: input.memberIds } } });
    if (members !== new Set(input.memberIds).size) throw unprocessable("not_members");
    const comparison = await transaction.comparison.create({
      data: {
        studyId,
        promptSetId: input.promptSetId,
        name: input.name,
        votesPerPair: input.votesPerPair,
        seed: input.seed ?? randomInt(2_147_483_647),
        createdById: actor.personId,
        entries: { create: sets.map(({ id }) => ({ answerSetId: id })) },
        members: { create: [...new Set(input.memberIds)].map((personId) => ({ personId })) },
      },
    });
    await recordAudit(transaction, actor, {
      action: "comparisons.create",
      subject: "comparison",
      subjectId: comparison.id,
      detail: { name: input.name, contestants: sets.length, votesPerPair: input.votesPerPair },
    });
    return { id: comparison.id };
  });
}
