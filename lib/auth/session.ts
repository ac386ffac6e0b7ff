import { decode } from "next-auth/jwt";
import { database, Prisma } from "@/lib/platform/database/client";
import { statements } from "@/lib/platform/database/statements";
import { environment } from "@/lib/platform/environment";
import { newId } from "@/lib/platform/ids";
import type { Actor } from "./actor";

export const sessionCookie = "studio-session";
/** 12 hours: a working day in a clinic. */
export const sessionSeconds = 12 * 60 * 60;

export async function openSession(personId: string, userAgent: string): Promise<string> {
  const id = newId();
  await database().session.create({
    data: { id, personId, userAgent: userAgent.slice(0, 300), expiresAt: new Date(Date.now() + sessionSeconds * 1000) },
  });
  return id;
}

export async function revokeSession(id: string): Promise<void> {
  await database().session.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
}

/** Cookies that were deciphered, which costs more than the question whose they are; only those that name a session. */
const namedSessions = new Map<string, string>();
const mostNamedSessions = 1000;

/** The session that a cookie names, whether or not it still counts; null where the cookie is not ours. */
async function sessionNamedBy(cookie: string): Promise<string | null> {
  const known = namedSessions.get(cookie);
  if (known) return known;
  const token = await decode({ token: cookie, secret: environment().sessionSecret }).catch(() => null);
  const sessionId = token?.sessionId;
  if (typeof sessionId !== "string") return null;
  if (namedSessions.size >= mostNamedSessions) namedSessions.clear();
  namedSessions.set(cookie, sessionId);
  return sessionId;
}

/**
 * A session's cookie as rows: `from` starts at the session and its person where both still count, `person` are the columns
 * of an actor. Null: no session. The row decides, the cookie only names it.
 */
export async function sessionRows(
  cookie: string | undefined,
): Promise<{ person: Prisma.Sql; from: Prisma.Sql } | null> {
  const sessionId = cookie ? await sessionNamedBy(cookie) : null;
  if (!sessionId) return null;
  return {
    person: Prisma.sql`person."id" as "personId", person."name", person."email", person."administrator",
      person."locale", person."theme"`,
    from: Prisma.sql`"Session" session join "Person" person on person."id" = session."personId"
      and session."id" = ${sessionId}::uuid and session."revokedAt" is null and session."expiresAt" > now()
      and person."deactivatedAt" is null`,
  };
}

/** The person behind a session's cookie, or null. */
export async function actorOfSession(cookie: string | undefined): Promise<Actor | null> {
  const rows = await sessionRows(cookie);
  if (!rows) return null;
  // By hand: every request comes this way.
  const [person] = await statements().$queryRaw<Omit<Actor, "token">[]>`select ${rows.person} from ${rows.from}`;
  return person ? { ...person, token: null } : null;
}
