import type { Actor } from "@/lib/auth/actor";
import type { Database, Prisma } from "@/lib/platform/database/client";
import type { Statements } from "@/lib/platform/database/statements";

type Entry = {
  action: string;
  subject: string;
  subjectId: string;
  studyId?: string;
  detail?: Prisma.InputJsonObject;
};

/** Writes the audit entry of a change, in the change's own transaction. `null` for what the studio does by itself. */
export async function recordAudit(
  transaction: Database,
  actor: (Actor & { studyId?: string }) | null,
  entry: Entry,
): Promise<void> {
  await transaction.auditEntry.create({
    data: {
      personId: actor?.personId ?? null,
      tokenId: actor?.token?.id ?? null,
      studyId: entry.studyId ?? actor?.studyId ?? null,
      action: entry.action,
      subject: entry.subject,
      subjectId: entry.subjectId,
      detail: entry.detail ?? {},
    },
  });
}

/** The same of what the studio does by itself in a transaction of statements by hand. */
export async function recordOwnAudit(statements: Statements, entry: Entry & { studyId: string }): Promise<void> {
  const { studyId, action, subject, subjectId, detail } = entry;
  await statements.$executeRaw`
    insert into "AuditEntry" ("studyId", "action", "subject", "subjectId", "detail")
    values (${studyId}::uuid, ${action}, ${subject}, ${subjectId}, ${JSON.stringify(detail ?? {})}::jsonb)`;
}
