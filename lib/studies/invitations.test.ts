import { beforeEach, describe, expect, it } from "vitest";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "./actor";
import { acceptInvitation, invite, readInvitation } from "./invitations";
import { changeMember, removeMember } from "./members";
import { makeMember, makeStudy } from "./testing/people";

useTestDatabase();

const password = "eine lange Passphrase";
const invalid = expect.objectContaining({ code: "invitation_invalid" });
let owner: StudyActor;
let people = 0;

beforeEach(async () => {
  owner = await makeMember(await makeStudy(), "owner");
});

async function invited(): Promise<{ email: string; token: string }> {
  const email = `new-${people++}@example.org`;
  const { link } = await invite(owner, { email, role: "clinician" });
  return { email, token: new URL(String(link)).searchParams.get("token") ?? "" };
}

describe("an invitation", () => {
  it("makes one account with its role, however often its link is used", async () => {
    const { email, token } = await invited();
    const answers = await Promise.allSettled([1, 2, 3].map(() => acceptInvitation({ token, name: "Neu", password })));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const person = await database().person.findUniqueOrThrow({ where: { email }, include: { memberships: true } });
    expect(person.memberships).toMatchObject([{ studyId: owner.studyId, role: "clinician" }]);
    await expect(acceptInvitation({ token, name: "Neu", password })).rejects.toEqual(invalid);
    expect(await readInvitation(token)).toBeNull();
  });

  it("holds no more once another has taken its place, or its time is over", async () => {
    const { email, token } = await invited();
    await invite(owner, { email, role: "clinician" });
    await expect(acceptInvitation({ token, name: "Neu", password })).rejects.toEqual(invalid);
    const late = await invited();
    await database().invitation.updateMany({ where: { email: late.email }, data: { expiresAt: new Date() } });
    await expect(acceptInvitation({ ...late, name: "Neu", password })).rejects.toEqual(invalid);
  });

  it("that is none is refused without the cost of a password's hash", async () => {
    const timeOf = async (work: () => Promise<unknown>) => {
      const start = process.cpuUsage();
      await work().catch(() => {});
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const guesses = Array.from({ length: 20 }, (_, count) => `guess-${count}-${"x".repeat(20)}`);
    const guessing = await timeOf(() =>
      Promise.allSettled(guesses.map((token) => acceptInvitation({ token, name: "Neu", password }))),
    );
    const { token } = await invited();
    const joining = await timeOf(() => acceptInvitation({ token, name: "Neu", password }));
    expect(guessing / guesses.length).toBeLessThan(joining / 2);
  });
});

describe("changing who is in a study", () => {
  it("is told by the audit log with what was before", async () => {
    const { personId } = await makeMember(owner.studyId, "clinician");
    await changeMember(owner, personId, "researcher");
    await removeMember(owner, personId);
    const told = await database().auditEntry.findMany({ where: { subjectId: personId }, orderBy: { id: "asc" } });
    expect(told).toMatchObject([
      { action: "members.change", detail: { before: "clinician", role: "researcher" } },
      { action: "members.remove", detail: { role: "researcher" } },
    ]);
  });

  it("leaves an owner, also when two take themselves away at once", async () => {
    const other = await makeMember(owner.studyId, "owner");
    const asked = await Promise.allSettled([
      changeMember(owner, owner.personId, "clinician"),
      removeMember(other, other.personId),
    ]);
    expect(asked.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await database().member.count({ where: { studyId: owner.studyId, role: "owner" } })).toBe(1);
  });
});
