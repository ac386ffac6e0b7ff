import { describe, expect, it } from "vitest";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { createPerson } from "./create-person";
import { addressOf, personOfCredentials } from "./credentials";

useTestDatabase();

const password = "eine lange Passphrase";
let people = 0;
async function makeAccount(): Promise<{ id: string; email: string }> {
  const email = `person-${people++}@example.org`;
  return { email, ...(await createPerson(null, { email, name: "Person", password })) };
}
const tooMany = expect.objectContaining({ code: "too_many_attempts", status: 429 });

describe("signing in by a password", () => {
  it("knows the person by it, and nobody by another", async () => {
    const { id, email } = await makeAccount();
    expect(await personOfCredentials(email, password, "one")).toBe(id);
    expect(await personOfCredentials(email, "eine andere Passphrase", "one")).toBeNull();
    expect(await personOfCredentials("nobody@example.org", password, "one")).toBeNull();
  });

  it("is refused after ten wrong tries at a person, from wherever they come", async () => {
    const { email } = await makeAccount();
    for (let count = 0; count < 10; count++) {
      expect(await personOfCredentials(email, "falsch", `address ${count}`)).toBeNull();
    }
    await expect(personOfCredentials(email, password, "at home")).rejects.toEqual(tooMany);
  });

  it("lets no more than ten through of many wrong tries at once", async () => {
    const { email } = await makeAccount();
    const tries = await Promise.allSettled(
      Array.from({ length: 40 }, (_, count) => personOfCredentials(email, "falsch", `several ${count}`)),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  });

  it("is refused after ten wrong tries from an address, which then takes no person's tries away", async () => {
    for (let count = 0; count < 10; count++) await personOfCredentials(`no-${count}@example.org`, "falsch", "guessing");
    const { id, email } = await makeAccount();
    for (let count = 0; count < 12; count++) {
      await expect(personOfCredentials(email, "falsch", "guessing")).rejects.toEqual(tooMany);
    }
    expect(await personOfCredentials(email, password, "at home")).toBe(id);
  });

  it("forgets a person's wrong tries once they are in", async () => {
    const { id, email } = await makeAccount();
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 9; count++) await personOfCredentials(email, "falsch", `${round} ${count}`);
      expect(await personOfCredentials(email, password, `${round}`)).toBe(id);
    }
  });
});

describe("the address of who signs in", () => {
  it("is what the proxy in front has seen, not what the browser says of itself", () => {
    expect(addressOf("203.0.113.7")).toBe("203.0.113.7");
    expect(addressOf("1.2.3.4, 5.6.7.8, 203.0.113.7")).toBe("203.0.113.7");
    expect([addressOf(undefined), addressOf(""), addressOf(" , ")]).toEqual(["direct", "direct", "direct"]);
    expect(addressOf("x".repeat(5000)).length).toBeLessThanOrEqual(100);
  });
});
