import { z } from "zod";

export const roles = ["clinician", "adjudicator", "researcher", "owner"] as const;
export const roleSchema = z.enum(roles);

export const createStudySchema = z.object({
  name: z.string().trim().min(1).max(120),
  description: z.string().trim().max(2000).default(""),
});
export type CreateStudyInput = z.infer<typeof createStudySchema>;

export const studySchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  example: z.boolean(),
  role: roleSchema,
  members: z.number().int(),
  createdAt: z.iso.datetime(),
});
export type StudySummary = z.infer<typeof studySchema>;

export const memberSchema = z.object({
  personId: z.uuid(),
  name: z.string(),
  email: z.string(),
  role: roleSchema,
  simulated: z.boolean(),
  since: z.iso.datetime(),
});
export type MemberSummary = z.infer<typeof memberSchema>;

export const invitationSchema = z.object({
  id: z.uuid(),
  email: z.string(),
  role: roleSchema,
  expiresAt: z.iso.datetime(),
});
export type InvitationSummary = z.infer<typeof invitationSchema>;

export const inviteSchema = z.object({ email: z.email().trim().toLowerCase().max(254), role: roleSchema });

export const joinStudySchema = z.object({ token: z.string().min(20).max(200) });

export const acceptInvitationSchema = joinStudySchema.extend({
  name: z.string().trim().min(1).max(120),
  password: z.string().min(12).max(200),
});
