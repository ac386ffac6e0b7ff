import { hash, verify } from "@node-rs/argon2";

/** argon2id with OWASP's parameters for 19 MiB (the library's default algorithm is argon2id). */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export { minimumPasswordLength } from "./schema";

export function hashPassword(password: string): Promise<string> {
  return hash(password, parameters);
}

// Verified against when no such person exists, so that the time of an answer tells nothing.
let nobody: Promise<string> | undefined;

export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  nobody ??= hashPassword("no such person");
  const matches = await verify(passwordHash ?? (await nobody), password);
  return passwordHash !== null && matches;
}
