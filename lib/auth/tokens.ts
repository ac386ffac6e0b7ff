import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { notFound, unprocessable } from "@/lib/platform/problem";
import type { Actor } from "./actor";
import { makeToken } from "./api-token";
import { isPermission } from "./permissions";
import type { ApiTokenSummary } from "./schema";

export async function listTokens(actor: Actor): Promise<ApiTokenSummary[]> {
  const rows = await database().apiToken.findMany({
    where: { personId: actor.personId, revokedAt: null },
    orderBy: { createdAt: "desc" },
  });
  return rows.map(({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt }) => ({
    id,
    name,
    prefix,
    scopes,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  }));
}

/** A token can do no more than its person, and only what its scopes name. Throws `scope_unknown`. */
export async function createToken(
  actor: Actor,
  input: { name: string; scopes: string[]; days: number },
): Promise<{ token: string }> {
  // A token that makes tokens would outlive its own end.
  if (actor.token) throw unprocessable("token_makes_no_token");
  const unknown = input.scopes.filter((scope) => !isPermission(scope) && scope !== "studies.list");
  if (unknown.length > 0) throw unprocessable("scope_unknown", { scopes: unknown.join(", ") });
  const { token, hash, prefix } = makeToken();
  await inTransaction(async (transaction) => {
    const row = await transaction.apiToken.create({
      data: {
        personId: actor.personId,
        name: input.name,
        scopes: input.scopes,
        hash,
        prefix,
        expiresAt: new Date(Date.now() + input.days * 86_400_000),
      },
    });
    await recordAudit(transaction, actor, {
      action: "tokens.create",
      subject: "token",
      subjectId: row.id,
      detail: { name: input.name, scopes: input.scopes },
    });
  });
  return { token };
}

export async function revokeToken(actor: Actor, tokenId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const { count } = await transaction.apiToken.updateMany({
      where: { id: tokenId, personId: actor.personId, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    if (count === 0) throw notFound();
    await recordAudit(transaction, actor, { action: "tokens.revoke", subject: "token", subjectId: tokenId });
  });
}
