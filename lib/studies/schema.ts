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
