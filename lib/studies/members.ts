import { recordAudit } from "@/lib/audit/record";
import { type Database, database, inTransaction } from "@/lib/platform/database/client";
import type { Role } from "@/lib/platform/database/generated/enums";
import { conflict, notFound } from "@/lib/platform/problem";
import type { StudyActor } from "./actor";
import type { InvitationSummary, MemberSummary } from "./schema";

export async function listMembers(
  actor: StudyActor,
): Promise<{ members: MemberSummary[]; invitations: InvitationSummary[] }> {
  const { studyId } = actor;
  const [members, invitations] = await Promise.all([
    database().member.findMany({ where: { studyId }, include: { person: true }, orderBy: { createdAt: "asc" } }),
    database().invitation.findMany({
      where: { studyId, acceptedAt: null, revokedAt: null, expiresAt: { gt: new Date() } },
      orderBy: { createdAt: "desc" },
    }),
  ]);
  return {
    members: members.map(({ person, role, createdAt }) => ({
      personId: person.id,
      name: person.name,
      email: person.email,
      role,
      simulated: person.simulated,
      since: createdAt.toISOString(),
    })),
    invitations: invitations.map(({ id, email, role, expiresAt }) => ({
      id,
      email,
      role,
      expiresAt: expiresAt.toISOString(),
    })),
  };
}

/** Somebody has to be able to lead the study. Locks the owners' rows, so that two changes can't both pass. */
async function keepAnOwner(transaction: Database, studyId: string): Promise<void> {
  const owners = await transaction.$queryRaw<unknown[]>`
    select 1 from "Member" where "studyId" = ${studyId}::uuid and "role" = 'owner' for update`;
  if (owners.length === 0) throw conflict("last_owner");
}

/** One change of a study's members after the other. */
async function lockMember(transaction: Database, studyId: string, personId: string): Promise<{ role: Role }> {
  await transaction.$executeRaw`select 1 from "Study" where id = ${studyId}::uuid for update`;
  const member = await transaction.member.findFirst({ where: { studyId, personId }, select: { role: true } });
  if (!member) throw notFound();
  return member;
}

export async function changeMember(actor: StudyActor, personId: string, role: Role): Promise<void> {
  await inTransaction(async (transaction) => {
    const before = await lockMember(transaction, actor.studyId, personId);
    await transaction.member.updateMany({ where: { studyId: actor.studyId, personId }, data: { role } });
    await keepAnOwner(transaction, actor.studyId);
    await recordAudit(transaction, actor, {
      action: "members.change",
      subject: "person",
      subjectId: personId,
      detail: { before: before.role, role },
    });
  });
}

export async function removeMember(actor: StudyActor, personId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const { role } = await lockMember(transaction, actor.studyId, personId);
    await transaction.member.deleteMany({ where: { studyId: actor.studyId, personId } });
    await keepAnOwner(transaction, actor.studyId);
    await recordAudit(transaction, actor, {
      action: "members.remove",
      subject: "person",
      subjectId: personId,
      detail: { role },
    });
  });
}
