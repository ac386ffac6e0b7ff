import { database } from "@/lib/platform/database/client";

/** The person of an OpenID Connect identity. The first time, the verified e-mail address ties it to an invited person. */
export async function findPersonOfIdentity(
  provider: string,
  subject: string,
  email: string | null,
): Promise<{ id: string } | null> {
  const known = await database().externalIdentity.findFirst({
    where: { provider, subject, person: { deactivatedAt: null } },
  });
  if (known) return { id: known.personId };
  if (!email) return null;
  const person = await database().person.findFirst({
    where: { email: email.toLowerCase(), deactivatedAt: null, simulated: false, external: false },
  });
  if (!person) return null;
  await database().externalIdentity.create({ data: { provider, subject, personId: person.id } });
  return { id: person.id };
}
