import { createHash, randomBytes } from "node:crypto";
import { recordAudit } from "@/lib/audit/record";
import { hashPassword } from "@/lib/auth/password";
import { database, inTransaction } from "@/lib/platform/database/client";
import type { Role } from "@/lib/platform/database/generated/enums";
import { environment } from "@/lib/platform/environment";
import { conflict, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "./actor";

const invitationDays = 14;
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/** Adds who has an account; for others makes a link, which the owner sends by their own means (the studio sends no mail). */
export async function invite(
  actor: StudyActor,
  input: { email: string; role: Role },
): Promise<{ added: boolean; link: string | null }> {
  const token = randomBytes(24).toString("base64url");
  return inTransaction(async (transaction) => {
    const person = await transaction.person.findFirst({ where: { email: input.email, deactivatedAt: null } });
    if (person) {
      const existing = await transaction.member.findFirst({ where: { studyId: actor.studyId, personId: person.id } });
      if (existing) throw conflict("already_member");
      await transaction.member.create({ data: { studyId: actor.studyId, personId: person.id, role: input.role } });
      await recordAudit(transaction, actor, {
        action: "members.add",
        subject: "person",
        subjectId: person.id,
        detail: { role: input.role },
      });
      return { added: true, link: null };
    }
    // A new link takes the place of an older one for the same address.
    await transaction.invitation.updateMany({
      where: { studyId: actor.studyId, email: input.email, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    });
    const invitation = await transaction.invitation.create({
      data: {
        studyId: actor.studyId,
        ...input,
        tokenHash: hashOf(token),
        expiresAt: new Date(Date.now() + invitationDays * 86_400_000),
      },
    });
    await recordAudit(transaction, actor, {
      action: "members.invite",
      subject: "invitation",
      subjectId: invitation.id,
      detail: { role: input.role },
    });
    return { added: false, link: `${environment().url}/join?token=${token}` };
  });
}

const openInvitation = (token: string) => ({
  tokenHash: hashOf(token),
  acceptedAt: null,
  revokedAt: null,
  expiresAt: { gt: new Date() },
});

/** What the page of a link shows; null where the link no longer holds. */
export async function readInvitation(token: string): Promise<{ email: string; study: string } | null> {
  const invitation = await database().invitation.findFirst({
    where: openInvitation(token),
    include: { study: { select: { name: true } } },
  });
  return invitation ? { email: invitation.email, study: invitation.study.name } : null;
}

/** Makes the account and the membership. Throws `invitation_invalid`; `email_taken` where an account came about meanwhile. */
export async function acceptInvitation(input: { token: string; name: string; password: string }): Promise<void> {
  // Before the hash, which is slow on purpose: whoever holds no invitation costs the studio nothing.
  if (!(await readInvitation(input.token))) throw unprocessable("invitation_invalid");
  const passwordHash = await hashPassword(input.password);
  await inTransaction(async (transaction) => {
    const invitation = await transaction.invitation.findFirst({ where: openInvitation(input.token) });
    if (!invitation) throw unprocessable("invitation_invalid");
    const { count } = await transaction.invitation.updateMany({
      where: { id: invitation.id, acceptedAt: null, revokedAt: null },
      data: { acceptedAt: new Date() },
    });
    if (count === 0) throw unprocessable("invitation_invalid");
    if (await transaction.person.findFirst({ where: { email: invitation.email } })) throw conflict("email_taken");
    const person = await transaction.person.create({
      data: { email: invitation.email, name: input.name, passwordHash },
    });
    await transaction.member.create({
      data: { studyId: invitation.studyId, personId: person.id, role: invitation.role },
    });
    await recordAudit(transaction, null, {
      action: "invitations.accept",
      subject: "person",
      subjectId: person.id,
      studyId: invitation.studyId,
    });
  });
}
