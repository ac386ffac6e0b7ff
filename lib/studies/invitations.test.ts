import { beforeEach, describe, expect, it } from "vitest";
import { database, inTransaction } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import type { StudyActor } from "./actor";
import { acceptInvitation, invite, joinStudy, readInvitation } from "./invitations";
import { changeMember, removeMember } from "./members";
import { makeMember, makePerson, makeStudy } from "./testing/people";

useTestDatabase();

const password = "eine lange Passphrase";
const invalid = expect.objectContaining({ code: "invitation_invalid" });
let owner: StudyActor;
let people = 0;

beforeEach(async () => {
  owner = await makeMember(await makeStudy(), "owner");
});

async function invited(email = `new-${people++}@example.org`): Promise<{ email: string; token: string }> {
  const { link } = await invite(owner, { email, role: "clinician" });
  return { email, token: new URL(link).searchParams.get("token") ?? "" };
}

const rolesOf = async (personId: string) =>
  (await database().member.findMany({ where: { studyId: owner.studyId, personId } })).map(({ role }) => role);

describe("an invitation", () => {
  it("makes one account with its role, however often its link is used", async () => {
    const { email, token } = await invited();
    const answers = await Promise.allSettled([1, 2, 3].map(() => acceptInvitation({ token, name: "Neu", password })));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const person = await database().person.findUniqueOrThrow({ where: { email }, include: { memberships: true } });
    expect(person.memberships).toMatchObject([{ studyId: owner.studyId, role: "clinician" }]);
    expect(person.mayCreateStudies).toBe(false);
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

  it("holds no more once the account of its address is closed, or its study is archived", async () => {
    const person = await makePerson();
    const closed = await invited(person.email);
    await database().person.update({ where: { id: person.personId }, data: { deactivatedAt: new Date() } });
    const [anew, joining] = [await invited(), await makePerson()];
    const joins = await invited(joining.email);
    await database().study.update({ where: { id: owner.studyId }, data: { archivedAt: new Date() } });
    for (const { token } of [closed, anew, joins]) {
      expect(await readInvitation(token)).toBeNull();
      await expect(acceptInvitation({ token, name: "Neu", password })).rejects.toEqual(invalid);
    }
    await expect(joinStudy(joining, joins.token)).rejects.toEqual(invalid);
    expect(await rolesOf(joining.personId)).toEqual([]);
  });

  it("holds alone, also where two are made at once", async () => {
    const email = "twice@example.org";
    await Promise.all(Array.from({ length: 4 }, () => invited(email)));
    expect(await database().invitation.count({ where: { email, revokedAt: null } })).toBe(1);
  });

  it("asks to sign in where the account came about while this one was being made", async () => {
    const { email, token } = await invited();
    let answer: Promise<unknown> = Promise.resolve();
    await inTransaction(async (transaction) => {
      await transaction.person.create({ data: { email, name: "Zuerst" } });
      answer = acceptInvitation({ token, name: "Neu", password }).catch((error: unknown) => error);
      const waiting = () => database().$queryRaw<unknown[]>`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await expect.poll(async () => (await waiting()).length, { timeout: 4000 }).toBe(1);
    });
    expect(await answer).toMatchObject({ status: 409, code: "sign_in_to_join" });
    expect(await readInvitation(token)).toMatchObject({ standing: "account" });
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

describe("an invitation to an address that has an account", () => {
  it("makes nobody a member before its person, signed in, takes it", async () => {
    const person = await makePerson();
    const { token } = await invited(person.email);
    expect(await rolesOf(person.personId)).toEqual([]);
    expect(await readInvitation(token)).toMatchObject({ email: person.email, standing: "account" });
    expect(await joinStudy(person, token)).toEqual({ studyId: owner.studyId });
    expect(await rolesOf(person.personId)).toEqual(["clinician"]);
    await expect(joinStudy(person, token)).rejects.toEqual(invalid);
    const told = await database().auditEntry.findMany({ where: { subjectId: person.personId } });
    expect(told).toMatchObject([
      {
        action: "invitations.accept",
        personId: person.personId,
        studyId: owner.studyId,
        detail: { role: "clinician" },
      },
    ]);
  });

  it("counts for no other account, and stays open when another tries", async () => {
    const [person, other] = [await makePerson(), await makePerson()];
    const { token } = await invited(person.email);
    await expect(joinStudy(other, token)).rejects.toMatchObject({ status: 403, code: "invitation_of_another" });
    expect(await rolesOf(other.personId)).toEqual([]);
    await joinStudy(person, token);
    expect(await rolesOf(person.personId)).toEqual(["clinician"]);
  });

  it("gives nobody a password for that account, also where the account came about after the link", async () => {
    const person = await makePerson();
    const late = await invited();
    await database().person.update({ where: { id: person.personId }, data: { email: late.email } });
    for (const { token } of [late, await invited((await makePerson()).email)]) {
      await expect(acceptInvitation({ token, name: "Jemand", password })).rejects.toMatchObject({
        status: 409,
        code: "sign_in_to_join",
      });
    }
    expect(await joinStudy({ ...person, email: late.email }, late.token)).toEqual({ studyId: owner.studyId });
  });

  it("is told to be needless where its person is a member, and useless where nobody can sign in to the account", async () => {
    const member = await makeMember(owner.studyId, "researcher");
    await expect(invited(member.email)).rejects.toMatchObject({ code: "already_member" });
    for (const data of [{ deactivatedAt: new Date() }, { simulated: true }, { external: true }]) {
      const { personId, email } = await makePerson();
      await database().person.update({ where: { id: personId }, data });
      await expect(invited(email)).rejects.toMatchObject({ status: 409, code: "account_unusable" });
    }
    // Came in by another way while the link was open.
    const person = await makePerson();
    const { token } = await invited(person.email);
    await database().member.create({ data: { studyId: owner.studyId, personId: person.personId, role: "owner" } });
    expect(await readInvitation(token)).toMatchObject({ standing: "member" });
    await expect(joinStudy(person, token)).rejects.toMatchObject({ status: 409, code: "already_in_study" });
    expect(await rolesOf(person.personId)).toEqual(["owner"]);
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
