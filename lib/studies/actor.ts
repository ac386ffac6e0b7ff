import type { Actor } from "@/lib/auth/actor";
import { actorOfToken } from "@/lib/auth/api-token";
import { isPermission, mayRole, type Permission } from "@/lib/auth/permissions";
import { sessionRows } from "@/lib/auth/session";
import type { Role } from "@/lib/platform/database/generated/enums";
import { statements } from "@/lib/platform/database/statements";
import { forbidden, notFound, Problem } from "@/lib/platform/problem";

/** A person within a study. Every operation carries `studyId` into its WHERE. */
export type StudyActor = Actor & { studyId: string; studyName: string; studyIsExample: boolean; role: Role };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The member's view of the study. Throws 404 to those who are no members, as for a study that does not exist. */
export async function enterStudy(actor: Actor, studyId: string): Promise<StudyActor> {
  if (!uuid.test(studyId)) throw notFound();
  // By hand: every request within a study comes this way.
  const [member] = await statements().$queryRaw<Pick<StudyActor, "studyName" | "studyIsExample" | "role">[]>`
    select study."name" as "studyName", study."example" as "studyIsExample", member."role"
    from "Member" member join "Study" study on study."id" = member."studyId"
    where member."studyId" = ${studyId}::uuid and member."personId" = ${actor.personId}::uuid
      and study."archivedAt" is null`;
  if (!member) throw notFound();
  return { ...actor, studyId, ...member };
}

/**
 * Who a session's cookie is within the study, by one statement: every request of a browser within a study comes this way.
 * Throws 401 `not_signed_in`, and 404 as `enterStudy`.
 */
export async function memberOfSession(cookie: string | undefined, studyId: string): Promise<StudyActor> {
  const rows = await sessionRows(cookie);
  if (!rows) throw new Problem(401, "not_signed_in");
  if (!uuid.test(studyId)) throw notFound();
  const [member] = await statements().$queryRaw<(Omit<StudyActor, "token" | "role"> & { role: Role | null })[]>`
    select ${rows.person}, ${studyId} as "studyId", study."name" as "studyName", study."example" as "studyIsExample",
      member."role"
    from ${rows.from}
    left join ("Member" member join "Study" study on study."id" = member."studyId" and study."archivedAt" is null)
      on member."studyId" = ${studyId}::uuid and member."personId" = person."id"`;
  if (!member) throw new Problem(401, "not_signed_in");
  if (!member.role) throw notFound();
  return { ...member, role: member.role, token: null };
}

/** Whose API token it is within the study. Throws 401 `token_invalid`, and 404 as `enterStudy`. */
export async function memberOfToken(token: string, studyId: string): Promise<StudyActor> {
  const actor = await actorOfToken(token);
  if (!actor) throw new Problem(401, "token_invalid");
  return enterStudy(actor, studyId);
}

export function may(actor: StudyActor, permission: Permission): boolean {
  const byScope = actor.token === null || actor.token.scopes.includes(permission);
  return byScope && mayRole(actor.role, permission);
}

/** Throws 403 where the role, or the API token, lacks the permission. */
export function requirePermission(actor: StudyActor, permission: string): void {
  if (!isPermission(permission) || !may(actor, permission)) throw forbidden(permission);
}
