import type { Actor } from "@/lib/auth/actor";
import type { Database, Prisma } from "@/lib/platform/database/client";

/** Writes the audit entry of a change, in the change's own transaction. `null` for what the studio does by itself. */
export async function recordAudit(
  transaction: Database,
  actor: (Actor & { studyId?: string }) | null,
  entry: { action: string; subject: string; subjectId: string; studyId?: string; detail?: Prisma.InputJsonObject },
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
