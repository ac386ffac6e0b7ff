import { database } from "@/lib/platform/database/client";
import type { StudyActor } from "./actor";
import { roundsDecidedIn } from "./kept-from";
import type { AuditRow } from "./schema";

const pageSize = 100;

/**
 * Newest first, a page at a time by the id of the last one seen. With which interval a stop rule ended an open round is kept
 * from those who decide in it, as everywhere.
 */
export async function listAudit(
  actor: StudyActor,
  before: string | undefined,
): Promise<{ entries: AuditRow[]; next: string | null }> {
  const [rows, decidedIn] = await Promise.all([
    database().auditEntry.findMany({
      where: { studyId: actor.studyId, ...(before ? { id: { lt: BigInt(before) } } : {}) },
      orderBy: { id: "desc" },
      take: pageSize + 1,
    }),
    database().round.findMany({ where: roundsDecidedIn(actor), select: { id: true } }),
  ]);
  const kept = (row: (typeof rows)[number]) =>
    row.action === "rounds.stop" && decidedIn.some(({ id }) => id === row.subjectId);
  const shown = rows.slice(0, pageSize);
  const ids = [...new Set(shown.flatMap((row) => (row.personId ? [row.personId] : [])))];
  const people = await database().person.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
  const names = new Map(people.map((person) => [person.id, person.name]));
  return {
    entries: shown.map((row) => ({
      id: String(row.id),
      at: row.at.toISOString(),
      person: row.personId ? (names.get(row.personId) ?? row.personId) : null,
      byToken: row.tokenId !== null,
      action: row.action,
      subject: row.subject,
      subjectId: row.subjectId,
      detail: kept(row) ? {} : (row.detail as Record<string, unknown>),
    })),
    next: rows.length > pageSize ? String(shown.at(-1)?.id) : null,
  };
}
