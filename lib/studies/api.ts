import { z } from "zod";
import { auditPageSchema, auditPlaceSchema } from "@/lib/audit/schema";
import { operation } from "@/lib/platform/http/operation";
import {
  acceptInvitationSchema,
  createStudySchema,
  invitationSchema,
  inviteSchema,
  joinStudySchema,
  memberSchema,
  roleSchema,
  studySchema,
} from "./schema";

export const listStudiesOperation = operation({
  id: "studies.list",
  method: "GET",
  path: "/studies",
  summary: "The studies of which the caller is a member",
  access: { kind: "signed-in" },
  response: z.object({ studies: z.array(studySchema) }),
});

export const createStudyOperation = operation({
  id: "studies.create",
  method: "POST",
  path: "/studies",
  summary: "Make a study; the caller becomes its owner. For administrators, and whom they allow",
  access: { kind: "signed-in" },
  body: createStudySchema,
  response: studySchema,
  status: 201,
});

const studyParams = z.object({ studyId: z.uuid() });

export const listMembersOperation = operation({
  id: "members.list",
  method: "GET",
  path: "/studies/{studyId}/members",
  summary: "The people of a study, and open invitations",
  access: { kind: "study", permission: "members.read" },
  params: studyParams,
  response: z.object({ members: z.array(memberSchema), invitations: z.array(invitationSchema) }),
});

export const inviteOperation = operation({
  id: "members.invite",
  method: "POST",
  path: "/studies/{studyId}/invitations",
  summary: "Invite somebody; the answer holds the link to send, which counts for this address alone",
  access: { kind: "study", permission: "members.change" },
  params: studyParams,
  body: inviteSchema,
  response: z.object({ link: z.string() }),
  status: 201,
});

export const changeMemberOperation = operation({
  id: "members.change",
  method: "PATCH",
  path: "/studies/{studyId}/members/{personId}",
  summary: "Give a member another role",
  access: { kind: "study", permission: "members.change" },
  params: studyParams.extend({ personId: z.uuid() }),
  body: z.object({ role: roleSchema }),
});

export const removeMemberOperation = operation({
  id: "members.remove",
  method: "DELETE",
  path: "/studies/{studyId}/members/{personId}",
  summary: "Take somebody out of the study; what they decided stays",
  access: { kind: "study", permission: "members.change" },
  params: studyParams.extend({ personId: z.uuid() }),
});

export const listAuditOperation = operation({
  id: "audit.list",
  method: "GET",
  path: "/studies/{studyId}/audit",
  summary: "The study's audit log, newest first",
  access: { kind: "study", permission: "audit.read" },
  params: studyParams,
  query: z.object({ before: auditPlaceSchema.optional() }),
  response: auditPageSchema,
});

export const acceptInvitationOperation = operation({
  id: "invitations.accept",
  method: "POST",
  path: "/invitations/accept",
  summary: "Accept an invitation to an address without an account: makes the account and the membership",
  access: { kind: "public" },
  body: acceptInvitationSchema,
});

export const joinStudyOperation = operation({
  id: "invitations.join",
  method: "POST",
  path: "/invitations/join",
  summary: "Accept an invitation to the caller's own address: makes the membership",
  access: { kind: "signed-in" },
  body: joinStudySchema,
  response: z.object({ studyId: z.uuid() }),
});
