import { createHash, randomBytes } from "node:crypto";
import { database } from "@/lib/platform/database/client";
import type { Actor } from "./actor";

export const tokenPrefix = "dfm_";

export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");

/** 256 random bits; a plain hash is enough to keep it, since it can't be guessed. */
export function makeToken(): { token: string; hash: string; prefix: string } {
  const token = tokenPrefix + randomBytes(32).toString("base64url");
  return { token, hash: hashToken(token), prefix: token.slice(0, tokenPrefix.length + 6) };
}

export async function actorOfToken(token: string): Promise<Actor | null> {
  if (!token.startsWith(tokenPrefix)) return null;
  const row = await database().apiToken.findFirst({
    where: { hash: hashToken(token), revokedAt: null, expiresAt: { gt: new Date() }, person: { deactivatedAt: null } },
    include: { person: true },
  });
  if (!row) return null;
  await database().apiToken.update({ where: { id: row.id }, data: { lastUsedAt: new Date() } });
  const { id, name, email, administrator, locale, theme } = row.person;
  return { personId: id, name, email, administrator, locale, theme, token: { id: row.id, scopes: row.scopes } };
}
