import { describe, expect, it } from "vitest";
import { createPerson } from "@/lib/auth/create-person";
import { changePerson, listPeople } from "@/lib/auth/people";
import { database } from "@/lib/platform/database/client";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { createStudy, mayCreateStudies } from "./create-study";
import { makePerson } from "./testing/people";

useTestDatabase();

const input = { name: "Study", description: "" };
const refused = expect.objectContaining({ status: 403, code: "may_not_create_studies" });

describe("a study", () => {
  it("is created by an administrator, who owns it", async () => {
    const administrator = await makePerson("Administrator", { administrator: true });
    expect(await mayCreateStudies(administrator)).toBe(true);
    const { id } = await createStudy(administrator, input);
    expect(await database().member.findMany({ where: { studyId: id } })).toMatchObject([
      { personId: administrator.personId, role: "owner" },
    ]);
  });

  it("is created by whom an administrator allows, and by nobody else", async () => {
    const administrator = await makePerson("Administrator", { administrator: true });
    const person = await makePerson();
    await expect(createStudy(person, input)).rejects.toEqual(refused);
    expect(await database().member.count({ where: { personId: person.personId } })).toBe(0);

    await changePerson(administrator, person.personId, { mayCreateStudies: true });
    expect(await mayCreateStudies(person)).toBe(true);
    expect(await createStudy(person, input)).toMatchObject({ role: "owner" });

    await changePerson(administrator, person.personId, { mayCreateStudies: false });
    expect(await mayCreateStudies(person)).toBe(false);
    await expect(createStudy(person, input)).rejects.toEqual(refused);

    const told = await database().auditEntry.findMany({
      where: { subjectId: person.personId, action: "people.change" },
      orderBy: { id: "asc" },
    });
    expect(told).toMatchObject([
      { personId: administrator.personId, detail: { mayCreateStudies: true } },
      { personId: administrator.personId, detail: { mayCreateStudies: false } },
    ]);
  });

  it("is created by a new account as was said when it was made", async () => {
    const account = (name: string) => ({ name, email: `${name}@example.org`, password: null });
    const allowed = await createPerson(null, { ...account("allowed"), mayCreateStudies: true });
    const other = await createPerson(null, account("other"));
    const shown = new Map((await listPeople()).map(({ id, mayCreateStudies }) => [id, mayCreateStudies]));
    expect([shown.get(allowed.id), shown.get(other.id)]).toEqual([true, false]);
  });

  it("is nothing to allow a closed account, or a simulated person", async () => {
    const administrator = await makePerson("Administrator", { administrator: true });
    const answerOf = async (data: object) => {
      const { personId } = await makePerson();
      await database().person.update({ where: { id: personId }, data });
      return changePerson(administrator, personId, { mayCreateStudies: true }).catch(({ status, code }) => [
        status,
        code,
      ]);
    };
    expect(await answerOf({ deactivatedAt: new Date() })).toEqual([409, "account_not_in_use"]);
    expect(await answerOf({ simulated: true })).toEqual([409, "account_not_in_use"]);
    expect(await answerOf({ external: true })).toEqual([404, "not_found"]);
  });

  it("is nothing to allow an administrator, nor to forbid", async () => {
    const administrator = await makePerson("Administrator", { administrator: true });
    const change = (mayCreateStudies: boolean) =>
      changePerson(administrator, administrator.personId, { mayCreateStudies });
    await change(true);
    await expect(change(false)).rejects.toMatchObject({ status: 409, code: "administrators_create_studies" });
    expect(await mayCreateStudies(administrator)).toBe(true);
    expect(await database().auditEntry.count({ where: { subjectId: administrator.personId } })).toBe(0);
  });
});
