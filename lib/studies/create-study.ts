import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { inTransaction } from "@/lib/platform/database/client";
import type { CreateStudyInput, StudySummary } from "./schema";

export function createStudy(actor: Actor, input: CreateStudyInput): Promise<StudySummary> {
  return inTransaction(async (transaction) => {
    const study = await transaction.study.create({
      data: {
        ...input,
        createdById: actor.personId,
        members: { create: { personId: actor.personId, role: "owner" } },
      },
    });
    await recordAudit(transaction, actor, {
      action: "studies.create",
      subject: "study",
      subjectId: study.id,
      studyId: study.id,
      detail: { name: study.name },
    });
    return {
      id: study.id,
      name: study.name,
      description: study.description,
      example: study.example,
      role: "owner" as const,
      members: 1,
      createdAt: study.createdAt.toISOString(),
    };
  });
}
