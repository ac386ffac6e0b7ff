import { database } from "@/lib/platform/database/client";
import type { AuditPage } from "./schema";

const pageSize = 100;

/** Newest first, a page at a time by the id of the last one seen. `studyId: null` is what belongs to no study. */
export async function readEntries(studyId: string | null, before: string | undefined): Promise<AuditPage> {
  const rows = await database().auditEntry.findMany({
    where: { studyId, ...(before ? { id: { lt: BigInt(before) } } : {}) },
    orderBy: { id: "desc" },
    take: pageSize + 1,
  });
  const shown = rows.slice(0, pageSize);
  const ofPerson = (row: (typeof rows)[number]) => row.subject === "person";
  const names = await readNames(
    shown.flatMap((row) => [...(row.personId ? [row.personId] : []), ...(ofPerson(row) ? [row.subjectId] : [])]),
  );
  return {
    entries: shown.map((row) => ({
      id: String(row.id),
      at: row.at.toISOString(),
      person: row.personId ? (names.get(row.personId) ?? row.personId) : null,
      byToken: row.tokenId !== null,
      action: row.action,
      subject: row.subject,
      subjectId: row.subjectId,
      subjectName: (ofPerson(row) && names.get(row.subjectId)) || null,
      detail: row.detail as Record<string, unknown>,
    })),
    next: rows.length > pageSize ? String(shown.at(-1)?.id) : null,
  };
}

async function readNames(personIds: string[]): Promise<Map<string, string>> {
  const people = await database().person.findMany({
    where: { id: { in: [...new Set(personIds)] } },
    select: { id: true, name: true },
  });
  return new Map(people.map(({ id, name }) => [id, name]));
}
