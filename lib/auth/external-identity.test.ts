import { describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { Actor } from "./actor";
import { actorOfToken } from "./api-token";
import { createPerson } from "./create-person";
import { personOfCredentials } from "./credentials";
import { findPersonOfIdentity, readSignIn, verifiedEmail } from "./external-identity";
import { authOptions } from "./next-auth";
import { actorOfSession } from "./session";
import { sessionOf } from "./testing/sign-in";
import { createToken } from "./tokens";

useTestDatabase();

describe("an identity of an OpenID Connect provider", () => {
  it("is tied once to the person of its address, which the audit log tells, and stays theirs when the address changes", async () => {
    const { id } = await createPerson(null, { email: "anna@example.org", name: "Anna", password: null });
    expect(await findPersonOfIdentity("oidc", "subject", "Anna@Example.org")).toEqual({ id });
    expect(await findPersonOfIdentity("oidc", "subject", "other@example.org")).toEqual({ id });
    const told = await database().auditEntry.findMany({ where: { subjectId: id, action: "people.tie-identity" } });
    expect(told).toMatchObject([{ detail: { provider: "oidc", subject: "subject" } }]);
  });

  it("is nobody's without an address that is known here and verified there", async () => {
    expect(await findPersonOfIdentity("oidc", "stranger", "nobody@example.org")).toBeNull();
    expect(await findPersonOfIdentity("oidc", "stranger", null)).toBeNull();
    const email = "anna@example.org";
    const seen = (email_verified: unknown, vouchedFor: boolean) =>
      verifiedEmail({ email, email_verified }, { vouchedFor });
    for (const vouchedFor of [false, true]) {
      expect([false, "false", null, 0].map((verified) => seen(verified, vouchedFor))).toEqual([null, null, null, null]);
      expect([true, "true"].map((verified) => seen(verified, vouchedFor))).toEqual([email, email]);
    }
    // Left out: only where the installation says that the provider vouches for its addresses.
    expect([false, true].map((vouchedFor) => verifiedEmail({ email }, { vouchedFor }))).toEqual([null, email]);
  });

  it("ends what somebody else could hold of the account: its password, sessions, tokens, an earlier identity", async () => {
    const account = { email: "vera@example.org", password: "eine lange Passphrase" };
    const { id } = await createPerson(null, { ...account, name: "Vera" });
    const other = await createPerson(null, { email: "other@example.org", name: "Other", password: null });
    const [held, others] = [await sessionOf(id), await sessionOf(other.id)];
    const actor = (await actorOfSession(held)) as Actor;
    expect(actor.personId).toBe(id);
    const { token } = await createToken(actor, { name: "Token", scopes: ["studies.list"], days: 1 });
    await database().externalIdentity.create({ data: { provider: "oidc", subject: "earlier", personId: id } });
    expect(await personOfCredentials(account.email, account.password, "one")).toBe(id);

    const ties = [1, 2, 3].map(() => findPersonOfIdentity("oidc", "vera", account.email));
    expect(await Promise.all(ties)).toEqual([{ id }, { id }, { id }]);

    expect(await personOfCredentials(account.email, account.password, "one")).toBeNull();
    expect(await actorOfSession(held)).toBeNull();
    expect((await actorOfSession(others))?.personId).toBe(other.id);
    expect(await actorOfToken(token)).toBeNull();
    expect(await findPersonOfIdentity("oidc", "earlier", null)).toBeNull();
    const told = await database().auditEntry.findMany({ where: { subjectId: id, action: "people.tie-identity" } });
    expect(told.map(({ detail }) => detail)).toEqual([
      {
        provider: "oidc",
        subject: "vera",
        ended: { identities: 1, password: true, sessions: 1, tokens: 1 },
      },
    ]);
    expect(await readSignIn(actor)).toEqual({ password: false, tiedAt: expect.any(Date) });

    // What comes about afterwards is the person's own.
    const session = await sessionOf(id);
    await findPersonOfIdentity("oidc", "vera", account.email);
    expect((await actorOfSession(session))?.personId).toBe(id);
  });

  it("of a closed account lets nobody in, under no other address either", async () => {
    const { id } = await createPerson(null, { email: "closed@example.org", name: "Closed", password: null });
    await createPerson(null, { email: "open@example.org", name: "Open", password: null });
    await findPersonOfIdentity("oidc", "closed", "closed@example.org");
    await database().person.update({ where: { id }, data: { deactivatedAt: new Date() } });
    expect(await findPersonOfIdentity("oidc", "closed", "closed@example.org")).toBeNull();
    expect(await findPersonOfIdentity("oidc", "closed", "open@example.org")).toBeNull();
  });

  it("that is not let in is told why: not invited, or an address that nobody has verified", async () => {
    const account = { provider: "oidc", providerAccountId: "unknown", type: "oauth" as const };
    const answer = (email: string | null) =>
      authOptions().callbacks?.signIn?.({ user: { id: "unknown", email }, account });
    expect(await answer("nobody@example.org")).toBe("/sign-in?error=not_invited");
    expect(await answer(null)).toBe("/sign-in?error=email_unverified");
  });
});
