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

export async function changeMember(actor: StudyActor, personId: string, role: Role): Promise<void> {
  await inTransaction(async (transaction) => {
    await transaction.$executeRaw`select 1 from "Study" where id = ${actor.studyId}::uuid for update`;
    const { count } = await transaction.member.updateMany({
      where: { studyId: actor.studyId, personId },
      data: { role },
    });
    if (count === 0) throw notFound();
    await keepAnOwner(transaction, actor.studyId);
    await recordAudit(transaction, actor, {
      action: "members.change",
      subject: "person",
      subjectId: personId,
      detail: { role },
    });
  });
}

export async function removeMember(actor: StudyActor, personId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    await transaction.$executeRaw`select 1 from "Study" where id = ${actor.studyId}::uuid for update`;
    const { count } = await transaction.member.deleteMany({ where: { studyId: actor.studyId, personId } });
    if (count === 0) throw notFound();
    await keepAnOwner(transaction, actor.studyId);
    await recordAudit(transaction, actor, { action: "members.remove", subject: "person", subjectId: personId });
  });
}
