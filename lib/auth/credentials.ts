import { database } from "@/lib/platform/database/client";
import { verifyPassword } from "./password";
import { beginSignIn, countFailedSignIn, endSignIn } from "./rate-limit";

/** Null: no such person, or not their password. Throws `too_many_attempts`. */
export async function personOfCredentials(email: string, password: string, address: string): Promise<string | null> {
  const keys = { person: `person:${email}`, address: `address:${address}` };
  await beginSignIn(keys.person, keys.address);
  const person = await database().person.findFirst({
    where: { email, deactivatedAt: null, simulated: false, external: false },
  });
  if (!(await verifyPassword(person?.passwordHash ?? null, password))) {
    await countFailedSignIn(keys.address);
    return null;
  }
  await endSignIn(keys.person);
  return person?.id ?? null;
}

/**
 * Who asks, as the proxy in front tells: it adds the address that it sees at the end. What stands before that the browser
 * may have written itself, another one each time.
 */
export function addressOf(forwardedFor: unknown): string {
  return (
    String(forwardedFor ?? "")
      .split(",")
      .at(-1)
      ?.trim()
      .slice(0, 100) || "direct"
  );
}
