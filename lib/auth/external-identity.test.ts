import { describe, expect, it, vi } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { Actor } from "./actor";
import { actorOfToken } from "./api-token";
import { createPerson } from "./create-person";
import { personOfCredentials } from "./credentials";
import { findPersonOfIdentity, readSignIn, untieIdentity, verifiedEmail } from "./external-identity";
import { authOptions } from "./next-auth";
import { listPeople } from "./people";
import { actorOfSession } from "./session";
import { sessionOf } from "./testing/sign-in";
import { createToken } from "./tokens";

useTestDatabase();

async function makeAdministrator(): Promise<Actor> {
  const account = { email: "administrator@example.org", name: "Administrator", password: null, administrator: true };
  const { id } = await createPerson(null, account);
  return (await actorOfSession(await sessionOf(id))) as Actor;
}

describe("an identity of an OpenID Connect provider", () => {
  it("is tied once to the person of its address, which the audit log tells, and stays theirs when the address changes", async () => {
    const { id } = await createPerson(null, { email: "anna@example.org", name: "Anna", password: null });
    expect(await findPersonOfIdentity("oidc", "subject", "Anna@Example.org")).toEqual({ id });
    expect(await findPersonOfIdentity("oidc", "subject", "other@example.org")).toEqual({ id });
    const told = await database().auditEntry.findMany({ where: { subjectId: id, action: "people.tie-identity" } });
    expect(told).toMatchObject([{ detail: { provider: "oidc", subject: "subject" } }]);
  });

  it("is nobody's without an address that is known here and verified there", async () => {
    expect(await findPersonOfIdentity("oidc", "stranger", "nobody@example.org")).toEqual({ refused: "not_invited" });
    expect(await findPersonOfIdentity("oidc", "stranger", null)).toEqual({ refused: "email_unverified" });
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
    await database().externalIdentity.create({
      data: { provider: "oidc", subject: "earlier", personId: id, tiedAt: null },
    });
    expect(await personOfCredentials(account.email, account.password, "one")).toBe(id);

    const ties = [1, 2, 3].map(() => findPersonOfIdentity("oidc", "vera", account.email));
    expect(await Promise.all(ties)).toEqual([{ id }, { id }, { id }]);

    expect(await personOfCredentials(account.email, account.password, "one")).toBeNull();
    expect(await actorOfSession(held)).toBeNull();
    expect((await actorOfSession(others))?.personId).toBe(other.id);
    expect(await actorOfToken(token)).toBeNull();
    expect(await findPersonOfIdentity("oidc", "earlier", null)).toEqual({ refused: "email_unverified" });
    const told = await database().auditEntry.findMany({ where: { subjectId: id, action: "people.tie-identity" } });
    expect(told.map(({ detail }) => detail)).toEqual([
      {
        provider: "oidc",
        subject: "vera",
        ended: { identities: 1, password: true, sessions: 1, tokens: 1 },
      },
    ]);
    expect(await readSignIn(actor)).toEqual({ password: false, endedAt: expect.any(Date) });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31 * 86_400_000 });
    expect(await readSignIn(actor)).toEqual({ password: false, endedAt: null });
    vi.useRealTimers();

    // What comes about afterwards is the person's own.
    const session = await sessionOf(id);
    await findPersonOfIdentity("oidc", "vera", account.email);
    expect((await actorOfSession(session))?.personId).toBe(id);
  });

  it("that is tied stays, whoever is given the address later, until an administrator unties it", async () => {
    const email = "handed-on@example.org";
    const { id } = await createPerson(null, { email, name: "First", password: null });
    const administrator = await makeAdministrator();
    const tiedOf = async () => (await listPeople()).find((person) => person.id === id)?.tied;
    expect(await tiedOf()).toBe(false);
    await expect(untieIdentity(administrator, id)).rejects.toMatchObject({ status: 404 });

    expect(await findPersonOfIdentity("oidc", "first", email)).toEqual({ id });
    const session = await sessionOf(id);
    const actor = (await actorOfSession(session)) as Actor;
    const { token } = await createToken(actor, { name: "Token", scopes: ["studies.list"], days: 1 });
    expect(await readSignIn(actor)).toEqual({ password: false, endedAt: null });
    expect(await findPersonOfIdentity("oidc", "second", email)).toEqual({ refused: "address_tied" });
    expect(await findPersonOfIdentity("oidc", "first", email)).toEqual({ id });
    expect((await actorOfSession(session))?.personId).toBe(id);
    expect(await tiedOf()).toBe(true);

    await untieIdentity(administrator, id);
    expect(await tiedOf()).toBe(false);
    expect([await actorOfSession(session), await actorOfToken(token)]).toEqual([null, null]);
    const told = await database().auditEntry.findMany({ where: { subjectId: id, action: "people.untie-identity" } });
    expect(told).toMatchObject([
      { personId: administrator.personId, detail: { ended: { identities: 1, sessions: 1, tokens: 1 } } },
    ]);
    expect(await findPersonOfIdentity("oidc", "second", email)).toEqual({ id });
    expect(await findPersonOfIdentity("oidc", "first", email)).toEqual({ refused: "address_tied" });
  });

  it("of two at once, one is tied", async () => {
    const email = "raced@example.org";
    const { id } = await createPerson(null, { email, name: "Raced", password: null });
    const answers = await Promise.all(["one", "two"].map((subject) => findPersonOfIdentity("oidc", subject, email)));
    expect(answers).toHaveLength(2);
    expect(answers).toEqual(expect.arrayContaining([{ id }, { refused: "address_tied" }]));
  });

  it("of a closed account lets nobody in, under no other address either", async () => {
    const { id } = await createPerson(null, { email: "closed@example.org", name: "Closed", password: null });
    await createPerson(null, { email: "open@example.org", name: "Open", password: null });
    await findPersonOfIdentity("oidc", "closed", "closed@example.org");
    await database().person.update({ where: { id }, data: { deactivatedAt: new Date() } });
    expect(await findPersonOfIdentity("oidc", "closed", "closed@example.org")).toEqual({ refused: "account_closed" });
    expect(await findPersonOfIdentity("oidc", "closed", "open@example.org")).toEqual({ refused: "account_closed" });
    expect(await findPersonOfIdentity("oidc", "another", "closed@example.org")).toEqual({ refused: "account_closed" });
  });

  it("that is not let in is told why: not invited, an address that nobody has verified, or another's", async () => {
    const account = { provider: "oidc", providerAccountId: "unknown", type: "oauth" as const };
    const answer = (email: string | null) =>
      authOptions().callbacks?.signIn?.({ user: { id: "unknown", email }, account });
    expect(await answer("nobody@example.org")).toBe("/sign-in?error=not_invited");
    expect(await answer(null)).toBe("/sign-in?error=email_unverified");
    const { id } = await createPerson(null, { email: "tied@example.org", name: "Tied", password: null });
    await database().externalIdentity.create({ data: { provider: "oidc", subject: "tied", personId: id } });
    expect(await answer("tied@example.org")).toBe("/sign-in?error=address_tied");
    await database().person.update({ where: { id }, data: { deactivatedAt: new Date() } });
    expect(await answer("tied@example.org")).toBe("/sign-in?error=account_closed");
  });
});
