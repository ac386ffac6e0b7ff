import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { unprocessable } from "@/lib/platform/problem";
import type { Actor } from "./actor";
import { endAccess } from "./end-access";
import { hashPassword, verifyPassword } from "./password";
import { beginSignIn, endSignIn } from "./rate-limit";

/**
 * Ends every session of the person, so that a stolen one dies with the old password, and with `endTokens` every API token.
 * Throws `password_wrong`.
 */
export async function changePassword(
  actor: Actor,
  input: { current: string; next: string; endTokens: boolean },
): Promise<void> {
  const key = `person:${actor.email}`;
  await beginSignIn(key);
  const person = await database().person.findUniqueOrThrow({ where: { id: actor.personId } });
  if (!(await verifyPassword(person.passwordHash, input.current))) throw unprocessable("password_wrong");
  await endSignIn(key);
  const passwordHash = await hashPassword(input.next);
  await inTransaction(async (transaction) => {
    await transaction.person.update({ where: { id: actor.personId }, data: { passwordHash } });
    const ended = await endAccess(transaction, actor.personId, { tokens: input.endTokens });
    await recordAudit(transaction, actor, {
      action: "password.change",
      subject: "person",
      subjectId: actor.personId,
      detail: { endedTokens: ended.tokens },
    });
  });
}
