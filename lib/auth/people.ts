import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { conflict, notFound } from "@/lib/platform/problem";
import type { Actor } from "./actor";
import { endAccess } from "./end-access";
import type { PersonSummary } from "./schema";

/** For administrators: everyone with an account. */
export async function listPeople(): Promise<PersonSummary[]> {
  const people = await database().person.findMany({
    where: { external: false },
    include: { identities: { where: { tiedAt: { not: null } }, select: { tiedAt: true }, take: 1 } },
    orderBy: { name: "asc" },
    take: 1000,
  });
  return people.map((person) => ({
    id: person.id,
    name: person.name,
    email: person.email,
    administrator: person.administrator,
    mayCreateStudies: person.administrator || person.mayCreateStudies,
    simulated: person.simulated,
    deactivated: person.deactivatedAt !== null,
    tied: person.identities.length > 0,
    createdAt: person.createdAt.toISOString(),
  }));
}

/**
 * Says whether the person may create studies; an administrator may in any case. Throws `account_not_in_use`,
 * `administrators_create_studies`.
 */
export async function changePerson(
  actor: Actor,
  personId: string,
  input: { mayCreateStudies: boolean },
): Promise<void> {
  await inTransaction(async (transaction) => {
    const [person] = await transaction.$queryRaw<{ administrator: boolean; unused: boolean }[]>`
      select "administrator", "simulated" or "deactivatedAt" is not null as "unused" from "Person"
      where "id" = ${personId}::uuid and not "external" for update`;
    if (!person) throw notFound();
    if (person.unused) throw conflict("account_not_in_use");
    if (person.administrator) {
      if (!input.mayCreateStudies) throw conflict("administrators_create_studies");
      return;
    }
    await transaction.person.update({ where: { id: personId }, data: input });
    await recordAudit(transaction, actor, {
      action: "people.change",
      subject: "person",
      subjectId: personId,
      detail: input,
    });
  });
}

/** Closes an account: no sign-in, no session, no token. What the person decided stays. */
export async function deactivatePerson(actor: Actor, personId: string): Promise<void> {
  if (personId === actor.personId) throw conflict("own_account");
  await inTransaction(async (transaction) => {
    const now = new Date();
    const { count } = await transaction.person.updateMany({
      where: { id: personId, deactivatedAt: null },
      data: { deactivatedAt: now },
    });
    if (count === 0) throw notFound();
    await endAccess(transaction, personId, { at: now });
    await recordAudit(transaction, actor, { action: "people.deactivate", subject: "person", subjectId: personId });
  });
}
