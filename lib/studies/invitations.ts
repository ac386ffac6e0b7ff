import { createHash, randomBytes } from "node:crypto";
import { recordAudit } from "@/lib/audit/record";
import type { Actor } from "@/lib/auth/actor";
import { hashPassword } from "@/lib/auth/password";
import { type Database, database, inTransaction, postgresCode } from "@/lib/platform/database/client";
import type { Invitation } from "@/lib/platform/database/generated/client";
import type { Role } from "@/lib/platform/database/generated/enums";
import { environment } from "@/lib/platform/environment";
import { conflict, Problem, unprocessable } from "@/lib/platform/problem";
import type { StudyActor } from "./actor";

const invitationDays = 14;
const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/**
 * Makes a link, which the owner sends by their own means (the studio sends no mail). Whoever has an account gets one too:
 * that somebody acts under an address does not show that the address is theirs, so it is its person who says yes.
 * Throws `already_member`, `account_unusable`.
 */
export async function invite(actor: StudyActor, input: { email: string; role: Role }): Promise<{ link: string }> {
  const token = randomBytes(24).toString("base64url");
  return inTransaction(async (transaction) => {
    // One after the other: of two at once, both links would hold.
    await transaction.$executeRaw`select 1 from "Study" where id = ${actor.studyId}::uuid for update`;
    const person = await transaction.person.findUnique({
      where: { email: input.email },
      include: { memberships: { where: { studyId: actor.studyId } } },
    });
    if (person && person.memberships.length > 0) throw conflict("already_member");
    if (person && (person.deactivatedAt || person.simulated || person.external)) throw conflict("account_unusable");
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
    return { link: `${environment().url}/join?token=${token}` };
  });
}

const openInvitation = (token: string) => ({
  tokenHash: hashOf(token),
  acceptedAt: null,
  revokedAt: null,
  expiresAt: { gt: new Date() },
  study: { archivedAt: null },
});

export type InvitationView = {
  email: string;
  studyId: string;
  study: string;
  /** what there is of the address: no account, an account, or one that is in the study already */
  standing: "new" | "account" | "member";
};

/** What the page of a link shows; null where the link no longer holds. */
export async function readInvitation(token: string): Promise<InvitationView | null> {
  const invitation = await database().invitation.findFirst({
    where: openInvitation(token),
    include: { study: { select: { name: true } } },
  });
  if (!invitation) return null;
  const { email, studyId, study } = invitation;
  const account = await database().person.findUnique({
    where: { email },
    select: {
      deactivatedAt: true,
      simulated: true,
      external: true,
      memberships: { where: { studyId }, select: { studyId: true } },
    },
  });
  if (account && (account.deactivatedAt || account.simulated || account.external)) return null;
  const standing = account ? (account.memberships.length > 0 ? "member" : "account") : "new";
  return { email, studyId, study: study.name, standing };
}

/** The invitation of a link, which then holds no more. Throws `invitation_invalid`. */
async function takeInvitation(transaction: Database, token: string): Promise<Invitation> {
  const invitation = await transaction.invitation.findFirst({ where: openInvitation(token) });
  if (!invitation) throw unprocessable("invitation_invalid");
  const { count } = await transaction.invitation.updateMany({
    where: { id: invitation.id, acceptedAt: null, revokedAt: null },
    data: { acceptedAt: new Date() },
  });
  if (count === 0) throw unprocessable("invitation_invalid");
  return invitation;
}

/**
 * For an address without an account: makes it, and the membership. Throws `invitation_invalid`; `sign_in_to_join` where
 * there is an account.
 */
export async function acceptInvitation(input: { token: string; name: string; password: string }): Promise<void> {
  // Before the hash, which is slow on purpose: whoever holds no invitation costs the studio nothing.
  const found = await readInvitation(input.token);
  if (!found) throw unprocessable("invitation_invalid");
  if (found.standing !== "new") throw conflict("sign_in_to_join");
  const passwordHash = await hashPassword(input.password);
  try {
    await inTransaction(async (transaction) => {
      const { email, studyId, role } = await takeInvitation(transaction, input.token);
      const person = await transaction.person.create({ data: { email, name: input.name, passwordHash } });
      await transaction.member.create({ data: { studyId, personId: person.id, role } });
      await recordAudit(transaction, null, {
        action: "invitations.accept",
        subject: "person",
        subjectId: person.id,
        studyId,
        detail: { role },
      });
    });
  } catch (error) {
    // The account came about meanwhile; the link goes on holding for it.
    if (postgresCode(error) === "23505") throw conflict("sign_in_to_join");
    throw error;
  }
}

/**
 * For an address that has an account: makes the person who is signed in to it a member. Throws `invitation_invalid`,
 * `invitation_of_another`, `already_in_study`.
 */
export function joinStudy(actor: Actor, token: string): Promise<{ studyId: string }> {
  return inTransaction(async (transaction) => {
    const { email, studyId, role } = await takeInvitation(transaction, token);
    if (email !== actor.email) throw new Problem(403, "invitation_of_another", { email });
    const { personId } = actor;
    const { count } = await transaction.member.createMany({
      data: [{ studyId, personId, role }],
      skipDuplicates: true,
    });
    if (count === 0) throw conflict("already_in_study");
    await recordAudit(transaction, actor, {
      action: "invitations.accept",
      subject: "person",
      subjectId: personId,
      studyId,
      detail: { role },
    });
    return { studyId };
  });
}
