import type { Actor } from "@/lib/auth/actor";
import { isPermission, mayRole, type Permission } from "@/lib/auth/permissions";
import { database } from "@/lib/platform/database/client";
import type { Role } from "@/lib/platform/database/generated/enums";
import { forbidden, notFound } from "@/lib/platform/problem";

/** A person within a study. Every operation carries `studyId` into its WHERE. */
export type StudyActor = Actor & { studyId: string; studyName: string; studyIsExample: boolean; role: Role };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The member's view of the study. Throws 404 to those who are no members, as for a study that does not exist. */
export async function enterStudy(actor: Actor, studyId: string): Promise<StudyActor> {
  if (!uuid.test(studyId)) throw notFound();
  const member = await database().member.findFirst({
    where: { studyId, personId: actor.personId, study: { archivedAt: null } },
    select: { role: true, study: { select: { name: true, example: true } } },
  });
  if (!member) throw notFound();
  return {
    ...actor,
    studyId,
    studyName: member.study.name,
    studyIsExample: member.study.example,
    role: member.role,
  };
}

export function may(actor: StudyActor, permission: Permission): boolean {
  const byScope = actor.token === null || actor.token.scopes.includes(permission);
  return byScope && mayRole(actor.role, permission);
}

/** Throws 403 where the role, or the API token, lacks the permission. */
export function requirePermission(actor: StudyActor, permission: string): void {
  if (!isPermission(permission) || !may(actor, permission)) throw forbidden(permission);
}
