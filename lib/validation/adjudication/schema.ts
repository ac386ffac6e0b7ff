import { z } from "zod";
import { decisionLabelSchema, workItemSchema } from "../schema";

/** A contested document with what people decided on it, without names; the LLM's label is kept back. */
export const contestedItemSchema = workItemSchema.extend({
  decisions: z.array(z.object({ label: decisionLabelSchema, flags: z.array(z.string()), note: z.string() })),
});
export type ContestedItem = z.infer<typeof contestedItemSchema>;

export const adjudicationProgressSchema = z.object({
  /** documents that the caller has adjudicated */
  decided: z.number().int(),
  /** contested documents that the caller may adjudicate */
  open: z.number().int(),
});
export type AdjudicationProgress = z.infer<typeof adjudicationProgressSchema>;

export const claimContestedSchema = z.object({
  /** who is thought to work; refused when someone else is signed in meanwhile */
  personId: z.uuid(),
  count: z.number().int().min(1).max(4),
  /** documents that the browser still holds, or has decided and not yet delivered: they are not sent again */
  holding: z.array(z.uuid()).max(200).default([]),
});
export type ClaimContestedInput = z.infer<typeof claimContestedSchema>;

export const claimedContestedSchema = z.object({
  items: z.array(contestedItemSchema),
  progress: adjudicationProgressSchema,
  claimedUntil: z.iso.datetime(),
});
export type ClaimedContested = z.infer<typeof claimedContestedSchema>;

export const adjudicationSchema = z.object({
  /** made by the browser once per decision; a repeat is answered with the first result */
  idempotencyKey: z.uuid(),
  itemId: z.uuid(),
  /** "unsure": it cannot be settled; null withdraws one's own adjudication */
  label: decisionLabelSchema.nullable(),
  note: z.string().trim().max(2000).default(""),
  activeMs: z.number().int().min(0).max(86_400_000),
  /** words of the document were highlighted at some time while it was on the screen */
  highlighted: z.boolean().default(false),
  decidedAt: z.iso.datetime({ offset: true }),
});
export type AdjudicationInput = z.infer<typeof adjudicationSchema>;

export const submitAdjudicationsSchema = z.object({
  personId: z.uuid(),
  adjudications: z.array(adjudicationSchema).min(1).max(50),
});
export type SubmitAdjudicationsInput = z.infer<typeof submitAdjudicationsSchema>;
