import { describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { createPerson } from "./create-person";
import { findPersonOfIdentity, verifiedEmail } from "./external-identity";

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
    expect([false, "false", null, 0].map((email_verified) => verifiedEmail({ email, email_verified }))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect([true, "true", undefined].map((email_verified) => verifiedEmail({ email, email_verified }))).toEqual([
      email,
      email,
      email,
    ]);
  });
});
