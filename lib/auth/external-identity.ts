import { z } from "zod";
import { recordAudit } from "@/lib/audit/record";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import { notFound } from "@/lib/platform/problem";
import type { Actor } from "./actor";
import { endAccess } from "./end-access";

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

/** Why an identity is let in to no account; the sign-in page says what to do. */
export type Refusal = "not_invited" | "email_unverified" | "address_tied" | "account_closed";

/**
 * The person of an OpenID Connect identity. The first time, the verified e-mail address ties it to an invited person, unless
 * another identity is tied to them already: an address may be handed on to somebody else.
 */
export async function findPersonOfIdentity(
  provider: string,
  subject: string,
  email: string | null,
): Promise<{ id: string } | { refused: Refusal }> {
  const known = await database().externalIdentity.findUnique({
    where: { provider_subject: { provider, subject } },
    select: { person: { select: { id: true, deactivatedAt: true } } },
  });
  if (known) return known.person.deactivatedAt ? { refused: "account_closed" } : { id: known.person.id };
  if (!email) return { refused: "email_unverified" };
  return inTransaction(async (transaction) => {
    // One after the other: the same sign-in may come twice.
    const [person] = await transaction.$queryRaw<{ id: string; closed: boolean }[]>`
      select "id", "deactivatedAt" is not null as "closed" from "Person" where "email" = ${email.toLowerCase()}
        and not "simulated" and not "external" for update`;
    if (!person) return { refused: "not_invited" };
    const { id, closed } = person;
    if (closed) return { refused: "account_closed" };
    return (await tie(transaction, id, { provider, subject })) ? { id } : { refused: "address_tied" };
  });
}

/**
 * The account may have been made, and held, by somebody to whom its address does not belong: from here on only the
 * identity's own sign-in counts. False where another identity's does.
 */
async function tie(
  transaction: Database,
  personId: string,
  identity: { provider: string; subject: string },
): Promise<boolean> {
  const same = await transaction.externalIdentity.findUnique({ where: { provider_subject: identity } });
  if (same) return true;
  if (await transaction.externalIdentity.findFirst({ where: { personId, tiedAt: { not: null } } })) return false;
  const tiedAt = new Date();
  const identities = await transaction.externalIdentity.deleteMany({ where: { personId } });
  const passwords = await transaction.person.updateMany({
    where: { id: personId, passwordHash: { not: null } },
    data: { passwordHash: null },
  });
  const { sessions, tokens } = await endAccess(transaction, personId, { at: tiedAt });
  await transaction.externalIdentity.create({ data: { ...identity, personId, tiedAt } });
  await recordAudit(transaction, null, {
    action: "people.tie-identity",
    subject: "person",
    subjectId: personId,
    detail: {
      ...identity,
      ended: {
        identities: identities.count,
        password: passwords.count === 1,
        sessions,
        tokens,
      },
    },
  });
  return true;
}

/**
 * For administrators: the next identity that shows the account's address is tied to it. What the one before could hold, its
 * sessions and API tokens, ends.
 */
export async function untieIdentity(actor: Actor, personId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    await transaction.$executeRaw`select 1 from "Person" where "id" = ${personId}::uuid for update`;
    const { count } = await transaction.externalIdentity.deleteMany({ where: { personId, tiedAt: { not: null } } });
    if (count === 0) throw notFound();
    const ended = await endAccess(transaction, personId);
    await recordAudit(transaction, actor, {
      action: "people.untie-identity",
      subject: "person",
      subjectId: personId,
      detail: { ended: { identities: count, ...ended } },
    });
  });
}

const noticeDays = 30;
const endedSchema = z.object({
  ended: z.object({ identities: z.number(), password: z.boolean(), sessions: z.number(), tokens: z.number() }),
});

/** Whether the person signs in by a password, and when an identity lately ended what else was held of the account. */
export async function readSignIn(actor: Actor): Promise<{ password: boolean; endedAt: Date | null }> {
  const [{ passwordHash }, tied] = await Promise.all([
    database().person.findUniqueOrThrow({ where: { id: actor.personId }, select: { passwordHash: true } }),
    database().auditEntry.findFirst({
      where: {
        subject: "person",
        subjectId: actor.personId,
        action: "people.tie-identity",
        at: { gt: new Date(Date.now() - noticeDays * 86_400_000) },
      },
      orderBy: { id: "desc" },
    }),
  ]);
  const ended = endedSchema.safeParse(tied?.detail).data?.ended;
  const anything = ended && (ended.password || ended.identities + ended.sessions + ended.tokens > 0);
  return { password: passwordHash !== null, endedAt: tied && anything ? tied.at : null };
}
