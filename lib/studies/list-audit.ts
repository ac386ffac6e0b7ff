import { readEntries } from "@/lib/audit/read-entries";
import type { AuditPage } from "@/lib/audit/schema";
import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "./actor";
import { roundsDecidedIn } from "./kept-from";

/**
 * Newest first, a page at a time by the id of the last one seen. With which interval a stop rule ended an open round is kept
 * from those who decide in it, as everywhere.
 */
export async function listAudit(actor: StudyActor, before: string | undefined): Promise<AuditPage> {
  const [page, decidedIn] = await Promise.all([
    readEntries(actor.studyId, before),
    database().round.findMany({ where: roundsDecidedIn(actor), select: { id: true } }),
  ]);
  const kept = new Set(decidedIn.map(({ id }) => id));
  return {
    ...page,
    entries: page.entries.map((entry) =>
      entry.action === "rounds.stop" && kept.has(entry.subjectId) ? { ...entry, detail: {} } : entry,
    ),
  };
}
