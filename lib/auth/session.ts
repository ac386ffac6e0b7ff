import { decode } from "next-auth/jwt";
import { database } from "@/lib/platform/database/client";
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

/** The person behind a session's cookie, or null: the row decides, the JWT only names it. */
export async function actorOfSession(cookie: string | undefined): Promise<Actor | null> {
  if (!cookie) return null;
  const token = await decode({ token: cookie, secret: environment().sessionSecret }).catch(() => null);
  const sessionId = token?.sessionId;
  if (typeof sessionId !== "string") return null;
  // By hand: every request comes this way.
  const [person] = await statements().$queryRaw<Omit<Actor, "token">[]>`
    select person."id" as "personId", person."name", person."email", person."administrator", person."locale",
      person."theme"
    from "Session" session join "Person" person on person."id" = session."personId"
    where session."id" = ${sessionId}::uuid and session."revokedAt" is null and session."expiresAt" > now()
      and person."deactivatedAt" is null`;
  return person ? { ...person, token: null } : null;
}
