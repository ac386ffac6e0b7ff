import { describe, expect, it } from "vitest";
import { createPerson } from "@/lib/auth/create-person";
import { inTransaction } from "@/lib/platform/database/client";
import { newId } from "@/lib/platform/ids";
import { useTestDatabase } from "@/lib/platform/testing/database";
import { readEntries } from "./read-entries";
import { recordAudit } from "./record";

useTestDatabase();

const record = (studyId: string | undefined, action: string, subject = "backend", subjectId = newId()) =>
  inTransaction((transaction) => recordAudit(transaction, null, { action, subject, subjectId, studyId }));

describe("a log of changes", () => {
  it("has what belongs to its study, or to none, newest first, and names people that something was done to", async () => {
    const study = newId();
    const { id } = await createPerson(null, { email: "one@example.org", name: "One", password: null });
    await record(study, "rounds.open", "round");
    await record(undefined, "people.change", "person", id);
    await record(undefined, "backends.create");
    expect((await readEntries(study, undefined)).entries.map(({ action }) => action)).toEqual(["rounds.open"]);
    const { entries, next } = await readEntries(null, undefined);
    expect(entries.slice(0, 2)).toMatchObject([
      { action: "backends.create", person: null, subjectName: null },
      { action: "people.change", subjectId: id, subjectName: "One" },
    ]);
    expect(entries.map(({ action }) => action)).not.toContain("rounds.open");
    expect(next).toBeNull();
  });

  it("goes on where a page ended, without leaving out or repeating an entry", async () => {
    const study = newId();
    for (let number = 0; number < 201; number++) await record(study, `step.${number}`);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const { entries, next }: Awaited<ReturnType<typeof readEntries>> = await readEntries(study, before);
      seen.push(...entries.map(({ action }) => action));
      before = next ?? undefined;
    } while (before);
    expect(seen).toEqual(Array.from({ length: 201 }, (_, number) => `step.${200 - number}`));
  });
});
