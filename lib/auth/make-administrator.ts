import { randomBytes } from "node:crypto";
import { recordAudit } from "@/lib/audit/record";
import { database, inTransaction } from "@/lib/platform/database/client";
import { endAccess } from "./end-access";
import { hashPassword } from "./password";
import { endSignIn } from "./rate-limit";
import { createPersonSchema } from "./schema";

/** None yet: nobody can make an account in the browser. */
export async function hasAdministrator(): Promise<boolean> {
  return (await database().person.findFirst({ where: { administrator: true, deactivatedAt: null } })) !== null;
}

/**
 * For the command line, where whoever starts the studio may do everything: the first administrator of an installation, and
 * the way back for one who can't sign in. An account of that address gets a new password, is open, and an administrator's; the
 * sessions and API tokens that it had end. Throws an Error where the address is none, or belongs to a made-up person.
 */
export async function makeAdministrator(address: string): Promise<{ email: string; password: string; made: boolean }> {
  const { data: email } = createPersonSchema.shape.email.safeParse(address.trim());
  if (email === undefined) throw new Error(`"${address}" is no e-mail address.`);
  const password = randomBytes(15).toString("base64url");
  const passwordHash = await hashPassword(password);
  const made = await inTransaction(async (transaction) => {
    const known = await transaction.person.findUnique({ where: { email } });
    if (known?.simulated || known?.external) throw new Error(`${email} belongs to a made-up person.`);
    const { id } = await transaction.person.upsert({
      where: { email },
      create: { email, name: email.split("@")[0] ?? email, passwordHash, administrator: true },
      update: { passwordHash, administrator: true, deactivatedAt: null },
    });
    await endAccess(transaction, id);
    await recordAudit(transaction, null, {
      action: "people.make-administrator",
      subject: "person",
      subjectId: id,
      detail: { made: known === null },
    });
    return known === null;
  });
  await endSignIn(`person:${email}`);
  return { email, password, made };
}
