import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";

/** Null where the provider says that nobody has verified it; some say so as text. Many leave it out. */
export function verifiedEmail(claims: { email?: string; email_verified?: unknown }): string | null {
  const refused = claims.email_verified !== undefined && String(claims.email_verified) !== "true";
  return refused ? null : (claims.email ?? null);
}

/** The person of an OpenID Connect identity. The first time, the verified e-mail address ties it to an invited person. */
export async function findPersonOfIdentity(
  provider: string,
  subject: string,
  email: string | null,
): Promise<{ id: string } | null> {
  const known = await database().externalIdentity.findFirst({
    where: { provider, subject, person: { deactivatedAt: null } },
  });
  if (known) return { id: known.personId };
  if (!email) return null;
  const person = await database().person.findFirst({
    where: { email: email.toLowerCase(), deactivatedAt: null, simulated: false, external: false },
  });
  if (!person) return null;
  const { id } = person;
  return inTransaction(async (transaction) => {
    await transaction.externalIdentity.create({ data: { provider, subject, personId: id } });
    await recordAudit(transaction, null, {
      action: "people.tie-identity",
      subject: "person",
      subjectId: id,
      detail: { provider, subject },
    });
    return { id };
  });
}
