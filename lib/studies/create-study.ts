import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { Problem } from "@/lib/platform/problem";
import type { CreateStudyInput, StudySummary } from "./schema";

/** Administrators, and those whom an administrator allows. */
export async function mayCreateStudies(actor: Actor, within: Database = database()): Promise<boolean> {
  const allowed = await within.person.findFirst({
    where: { id: actor.personId, OR: [{ administrator: true }, { mayCreateStudies: true }] },
    select: { id: true },
  });
  return allowed !== null;
}

/** Throws `may_not_create_studies`. */
export function createStudy(actor: Actor, input: CreateStudyInput): Promise<StudySummary> {
  return inTransaction(async (transaction) => {
    if (!(await mayCreateStudies(actor, transaction))) throw new Problem(403, "may_not_create_studies");
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
