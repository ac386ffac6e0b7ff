import { decode } from "next-auth/jwt";
import { database } from "@/lib/platform/database/client";
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
  const session = await database().session.findFirst({
    where: { id: sessionId, revokedAt: null, expiresAt: { gt: new Date() }, person: { deactivatedAt: null } },
    select: {
      person: { select: { id: true, name: true, email: true, administrator: true, locale: true, theme: true } },
    },
  });
  if (!session) return null;
  const { id, ...person } = session.person;
  return { personId: id, ...person, token: null };
}
