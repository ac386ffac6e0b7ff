import { describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { Actor } from "./actor";
import { actorOfToken } from "./api-token";
import { createPerson } from "./create-person";
import { personOfCredentials } from "./credentials";
import { hasAdministrator, makeAdministrator } from "./make-administrator";
import { actorOfSession } from "./session";
import { sessionOf } from "./testing/sign-in";
import { createToken } from "./tokens";

useTestDatabase();

describe("an administrator by the command line", () => {
  it("has an account with the password that is told", async () => {
    expect(await hasAdministrator()).toBe(false);
    const { email, password, made } = await makeAdministrator(" Erste@Klinik.example ");
    expect({ email, made }).toEqual({ email: "erste@klinik.example", made: true });
    const id = await personOfCredentials(email, password, "one");
    expect(await database().person.findUniqueOrThrow({ where: { email } })).toMatchObject({ id, administrator: true });
    expect(await hasAdministrator()).toBe(true);
  });

  it("gets an account back that was closed, locked or held by somebody else, and nobody else has it any more", async () => {
    const [email, before] = ["zurueck@klinik.example", "eine lange Passphrase"];
    const { id } = await createPerson(null, { email, name: "Zurück", password: before });
    const session = await sessionOf(id);
    const { token } = await createToken((await actorOfSession(session)) as Actor, {
      name: "Token",
      scopes: ["studies.list"],
      days: 1,
    });
    for (let tries = 0; tries < 10; tries++) await personOfCredentials(email, "wrong", `address ${tries}`);
    await expect(personOfCredentials(email, before, "one")).rejects.toMatchObject({ code: "too_many_attempts" });
    await database().person.update({ where: { id }, data: { deactivatedAt: new Date() } });

    const { password, made } = await makeAdministrator(email);
    expect(made).toBe(false);
    expect(await personOfCredentials(email, before, "one")).toBeNull();
    expect(await personOfCredentials(email, password, "one")).toBe(id);
    expect(await actorOfSession(session)).toBeNull();
    expect(await actorOfToken(token)).toBeNull();
    const told = await database().auditEntry.findMany({
      where: { subjectId: id, action: "people.make-administrator" },
    });
    expect(told).toMatchObject([{ personId: null, detail: { made: false } }]);
  });

  it("is nobody made up, and has an address", async () => {
    await createPerson(null, { email: "s@example.org", name: "S", password: null, simulated: true });
    await expect(makeAdministrator("s@example.org")).rejects.toThrow("made-up");
    await expect(makeAdministrator("klinik")).rejects.toThrow('"klinik" is no e-mail address');
  });
});
