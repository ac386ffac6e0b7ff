import { recordAudit } from "@/lib/audit/record";
import { inTransaction, postgresCode } from "@/lib/platform/database/client";
import { conflict, unprocessable } from "@/lib/platform/problem";
import type { Actor } from "./actor";
import { hashPassword, minimumPasswordLength } from "./password";

/** Makes an account. `actor` null: by the command line. Throws `email_taken`, `password_too_short`. */
export async function createPerson(
  actor: Actor | null,
  input: {
    email: string;
    name: string;
    password: string | null;
    administrator?: boolean;
    mayCreateStudies?: boolean;
    simulated?: boolean;
  },
): Promise<{ id: string }> {
  if (input.password !== null && input.password.length < minimumPasswordLength) {
    throw unprocessable("password_too_short", { minimum: minimumPasswordLength });
  }
  const passwordHash = input.password === null ? null : await hashPassword(input.password);
  try {
    return await inTransaction(async (transaction) => {
      const person = await transaction.person.create({
        data: {
          email: input.email.trim().toLowerCase(),
          name: input.name.trim(),
          passwordHash,
          administrator: input.administrator ?? false,
          mayCreateStudies: input.mayCreateStudies ?? false,
          simulated: input.simulated ?? false,
        },
      });
      await recordAudit(transaction, actor, {
        action: "people.create",
        subject: "person",
        subjectId: person.id,
        detail: { administrator: person.administrator, mayCreateStudies: person.mayCreateStudies },
      });
      return { id: person.id };
    });
  } catch (error) {
    if (postgresCode(error) === "23505") throw conflict("email_taken");
    throw error;
  }
}
