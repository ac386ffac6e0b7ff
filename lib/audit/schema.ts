import { z } from "zod";

/** The id of an audit entry. PostgreSQL's 64-bit integers hold every number of 18 digits. */
export const auditPlaceSchema = z.string().regex(/^\d{1,18}$/);

export const auditEntrySchema = z.object({
  id: auditPlaceSchema,
  at: z.iso.datetime(),
  person: z.string().nullable(),
  byToken: z.boolean(),
  action: z.string(),
  subject: z.string(),
  subjectId: z.string(),
  /** of a person; null: of anything else */
  subjectName: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

/** A page, and where the next one begins (null: there is none). */
export const auditPageSchema = z.object({ entries: z.array(auditEntrySchema), next: z.string().nullable() });
export type AuditPage = z.infer<typeof auditPageSchema>;
