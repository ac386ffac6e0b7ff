import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { BackendCheckView } from "../schema";
import { beginCheck } from "./begin-check";
import { viewOfCheck } from "./check-view";

/** Begins to look at what a backend has of what runs need; a look that is under way is answered, not doubled. */
export async function testBackend(actor: Actor, id: string): Promise<BackendCheckView> {
  return inTransaction(async (transaction) => {
    const backend = await transaction.backend.findFirst({ where: { id, archivedAt: null }, select: { id: true } });
    if (!backend) throw notFound();
    const { check, begun } = await beginCheck(transaction, id, actor.personId);
    if (begun) await recordAudit(transaction, actor, { action: "backends.test", subject: "backend", subjectId: id });
    return viewOfCheck(check);
  });
}
