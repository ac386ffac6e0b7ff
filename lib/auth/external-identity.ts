import { recordAudit } from "@/lib/audit/record";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import type { Actor } from "./actor";

/**
 * Null where nobody has verified it. Some providers say so as text. One that leaves it out counts only where the
 * installation says that it vouches for its addresses.
 */
export function verifiedEmail(
  claims: { email?: string; email_verified?: unknown },
  options: { vouchedFor: boolean },
): string | null {
  const verified = claims.email_verified ?? (options.vouchedFor && claims.email_verified === undefined);
  return String(verified) === "true" ? (claims.email ?? null) : null;
}

/** The person of an OpenID Connect identity. The first time, the verified e-mail address ties it to an invited person. */
export async function findPersonOfIdentity(
  provider: string,
  subject: string,
  email: string | null,
): Promise<{ id: string } | null> {
  const known = await database().externalIdentity.findUnique({
    where: { provider_subject: { provider, subject } },
    select: { person: { select: { id: true, deactivatedAt: true } } },
  });
  if (known) return known.person.deactivatedAt ? null : { id: known.person.id };
  if (!email) return null;
  return inTransaction(async (transaction) => {
    // One after the other: the same sign-in may come twice.
    const [person] = await transaction.$queryRaw<{ id: string }[]>`
      select "id" from "Person" where "email" = ${email.toLowerCase()} and "deactivatedAt" is null
        and not "simulated" and not "external" for update`;
    if (person) await tie(transaction, person.id, { provider, subject });
    return person ?? null;
  });
}

/**
 * The account may have been made, and held, by somebody to whom its address does not belong: from here on only the
 * identity's own sign-in counts.
 */
async function tie(transaction: Database, personId: string, identity: { provider: string; subject: string }) {
  const tied = await transaction.externalIdentity.findUnique({ where: { provider_subject: identity } });
  if (tied) return;
  const revokedAt = new Date();
  const held = { where: { personId, revokedAt: null }, data: { revokedAt } };
  const identities = await transaction.externalIdentity.deleteMany({ where: { personId } });
  const passwords = await transaction.person.updateMany({
    where: { id: personId, passwordHash: { not: null } },
    data: { passwordHash: null },
  });
  const sessions = await transaction.session.updateMany(held);
  const tokens = await transaction.apiToken.updateMany(held);
  await transaction.externalIdentity.create({ data: { ...identity, personId, tiedAt: revokedAt } });
  await recordAudit(transaction, null, {
    action: "people.tie-identity",
    subject: "person",
    subjectId: personId,
    detail: {
      ...identity,
      ended: {
        identities: identities.count,
        password: passwords.count === 1,
        sessions: sessions.count,
        tokens: tokens.count,
      },
    },
  });
}

/** How the person signs in: whether by a password, and since when by an identity alone. */
export async function readSignIn(actor: Actor): Promise<{ password: boolean; tiedAt: Date | null }> {
  const { passwordHash, identities } = await database().person.findUniqueOrThrow({
    where: { id: actor.personId },
    select: { passwordHash: true, identities: { select: { tiedAt: true } } },
  });
  return { password: passwordHash !== null, tiedAt: identities.find(({ tiedAt }) => tiedAt)?.tiedAt ?? null };
}
