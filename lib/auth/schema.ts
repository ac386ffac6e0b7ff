import { z } from "zod";

export const minimumPasswordLength = 12;
export const passwordSchema = z.string().min(minimumPasswordLength).max(200);
export const emailSchema = z.email().trim().toLowerCase().max(254);

export const personSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string(),
  administrator: z.boolean(),
  mayCreateStudies: z.boolean(),
  simulated: z.boolean(),
  deactivated: z.boolean(),
  /** signs in by one identity of the OpenID Connect provider alone */
  tied: z.boolean(),
  createdAt: z.iso.datetime(),
});
export type PersonSummary = z.infer<typeof personSchema>;

export const createPersonSchema = z.object({
  email: emailSchema,
  name: z.string().trim().min(1).max(120),
  password: passwordSchema,
  administrator: z.boolean().default(false),
  mayCreateStudies: z.boolean().default(false),
});

export const changePersonSchema = z.object({ mayCreateStudies: z.boolean() });

export const apiTokenSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type ApiTokenSummary = z.infer<typeof apiTokenSchema>;

export const createTokenSchema = z.object({
  name: z.string().trim().min(1).max(80),
  scopes: z.array(z.string()).min(1).max(60),
  days: z.number().int().min(1).max(365),
});

export const changePasswordSchema = z.object({
  current: z.string().max(200),
  next: passwordSchema,
  endTokens: z.boolean().default(true),
});
