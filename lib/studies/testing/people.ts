import type { Actor } from "@/lib/auth/actor";
import { sessionCookie } from "@/lib/auth/session";
import { sessionOf } from "@/lib/auth/testing/sign-in";
import { database } from "@/lib/platform/database/client";
import type { Role } from "@/lib/platform/database/generated/enums";
import { newId } from "@/lib/platform/ids";
import { enterStudy, type StudyActor } from "../actor";

/** A person for tests; without a password, since tests open sessions themselves. */
export async function makePerson(name = "Person", options: { administrator?: boolean } = {}): Promise<Actor> {
  const id = newId();
  const person = await database().person.create({
    data: { id, name, email: `${id}@example.org`, administrator: options.administrator ?? false },
  });
  const { email, administrator, locale, theme } = person;
  return { personId: id, name, email, administrator, locale, theme, token: null };
}

export async function makeStudy(): Promise<string> {
  return (await database().study.create({ data: { name: "Study" } })).id;
}

/** A new person with that role in the study. */
export async function makeMember(studyId: string, role: Role): Promise<StudyActor> {
  const person = await makePerson(role);
  await database().member.create({ data: { studyId, personId: person.personId, role } });
  return enterStudy(person, studyId);
}

/** The cookie header of a browser in which the person is signed in. */
export async function cookieOf(person: Actor): Promise<string> {
  return `${sessionCookie}=${await sessionOf(person.personId)}`;
}
