import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { Actor } from "./actor";
import { actorOfToken } from "./api-token";
import { changePassword } from "./change-password";
import { createPerson } from "./create-person";
import { personOfCredentials } from "./credentials";
import { changePasswordSchema } from "./schema";
import { actorOfSession } from "./session";
import { sessionOf } from "./testing/sign-in";
import { createToken } from "./tokens";

useTestDatabase();

const [before, after] = ["eine lange Passphrase", "eine andere Passphrase"];
let people = 0;
let actor: Actor;
let session: string;
let token: string;

beforeEach(async () => {
  const { id } = await createPerson(null, { email: `one-${people++}@example.org`, name: "One", password: before });
  session = await sessionOf(id);
  actor = (await actorOfSession(session)) as Actor;
  token = (await createToken(actor, { name: "Token", scopes: ["studies.list"], days: 1 })).token;
});

const ended = async () => {
  const told = await database().auditEntry.findMany({
    where: { subjectId: actor.personId, action: "password.change" },
  });
  return told.map(({ detail }) => detail);
};

describe("changing the password", () => {
  it("ends the sessions and the API tokens of the person, and nobody else's", async () => {
    const other = await createPerson(null, { email: `one-${people++}@example.org`, name: "Other", password: null });
    const others = (await actorOfSession(await sessionOf(other.id))) as Actor;
    const kept = await createToken(others, { name: "Token", scopes: ["studies.list"], days: 1 });
    await changePassword(actor, changePasswordSchema.parse({ current: before, next: after }));
    expect(await actorOfSession(session)).toBeNull();
    expect(await actorOfToken(token)).toBeNull();
    expect((await actorOfToken(kept.token))?.personId).toBe(other.id);
    expect(await personOfCredentials(actor.email, after, "one")).toBe(actor.personId);
    expect(await ended()).toEqual([{ endedTokens: 1 }]);
  });

  it("leaves the API tokens where the person says so", async () => {
    await changePassword(actor, { current: before, next: after, endTokens: false });
    expect(await actorOfSession(session)).toBeNull();
    expect((await actorOfToken(token))?.personId).toBe(actor.personId);
    expect(await ended()).toEqual([{ endedTokens: 0 }]);
  });

  it("ends nothing without the current one", async () => {
    await expect(changePassword(actor, { current: after, next: after, endTokens: true })).rejects.toMatchObject({
      code: "password_wrong",
    });
    expect((await actorOfSession(session))?.personId).toBe(actor.personId);
    expect((await actorOfToken(token))?.personId).toBe(actor.personId);
    expect(await ended()).toEqual([]);
  });
});
