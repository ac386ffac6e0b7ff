import { z } from "zod";
import { startOptions } from "@/lib/compute/schema";

export const endpointInputSchema = z.object({
  name: z.string().trim().min(1).max(80),
  baseUrl: z.url().max(500),
  model: z.string().trim().min(1).max(200),
  key: z.string().max(500).default(""),
});

/** What a million tokens cost. */
export const tokenPriceSchema = z.strictObject({
  prompt: z.number().min(0).max(100_000),
  completion: z.number().min(0).max(100_000),
  /** ISO 4217 */
  currency: z.string().regex(/^[A-Z]{3}$/),
});
export type TokenPrice = z.infer<typeof tokenPriceSchema>;

/** Tokens of prompts and answers together, after which no further request is made; null: as many as it takes. */
export const tokenBudgetSchema = z.number().int().min(1).max(1e12).nullable();

/** What asking an endpoint has taken so far, and what all of it will. */
export const spendingSchema = z.object({
  tokenBudget: tokenBudgetSchema,
  promptTokens: z.number(),
  completionTokens: z.number(),
  /** answers of which the endpoint did not say what they took */
  uncounted: z.number().int(),
  /** for all, by the mean of the answers so far; null before the fifth */
  expectedTokens: z.number().nullable(),
  /** null where no price was known at the start, as are the two costs */
  currency: z.string().nullable(),
  cost: z.number().nullable(),
  expectedCost: z.number().nullable(),
});
export type Spending = z.infer<typeof spendingSchema>;

export const endpointSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  baseUrl: z.string(),
  model: z.string(),
  local: z.boolean(),
  hasKey: z.boolean(),
  /** of a million tokens; null: not known */
  price: tokenPriceSchema.nullable(),
});
export type EndpointSummary = z.infer<typeof endpointSchema>;

export const promptLanguages = ["de", "en"] as const;
export const placeholder = "{{document}}";

export const promptInputSchema = z.object({
  language: z.enum(promptLanguages),
  text: z
    .string()
    .min(20)
    .max(20_000)
    .refine((text) => text.split(placeholder).length === 2, {
      message: `needs ${placeholder} exactly once`,
      params: { code: "prompt_placeholder" },
    }),
  note: z.string().trim().max(500).default(""),
});

export const promptSchema = z.object({
  id: z.uuid(),
  language: z.enum(promptLanguages),
  version: z.number().int(),
  text: z.string(),
  note: z.string(),
  createdAt: z.iso.datetime(),
});
export type PromptSummary = z.infer<typeof promptSchema>;

export const labellingParametersSchema = z.object({
  /** requests at a time at most; fewer while the endpoint says that it is too much */
  concurrency: z.number().int().min(1).max(256).default(4),
  temperature: z.number().min(0).max(2).default(0),
  maxTokens: z.number().int().min(4).max(1024).default(32),
  /** a longer document is cut at its end */
  maxCharacters: z.number().int().min(200).max(200_000).default(12_000),
  timeoutSeconds: z.number().int().min(5).max(600).default(120),
});
export type LabellingParameters = z.infer<typeof labellingParametersSchema>;

export const startLabellingSchema = z.object({
  drawId: z.uuid(),
  endpointId: z.uuid(),
  promptId: z.uuid(),
  startKey: startOptions.startKey,
  tokenBudget: tokenBudgetSchema.default(null),
  parameters: labellingParametersSchema.prefault({}),
});

export const labellingStates = ["queued", "running", "paused", "succeeded", "failed", "cancelled"] as const;
export const outcomes = ["medical", "non_medical", "unusable"] as const;

export const labellingRunSchema = z.object({
  id: z.uuid(),
  state: z.enum(labellingStates),
  sampleId: z.uuid(),
  sampleName: z.string(),
  endpointName: z.string(),
  local: z.boolean(),
  model: z.string(),
  promptId: z.uuid(),
  promptLanguage: z.enum(promptLanguages),
  promptVersion: z.number().int(),
  parameters: labellingParametersSchema,
  total: z.number().int(),
  medical: z.number().int(),
  nonMedical: z.number().int(),
  unusable: z.number().int(),
  spending: spendingSchema,
  /** labels a second while requests were under way; null before the first */
  labelsPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** why it waits, is paused or failed: a key of messages/LOCALE/labelling.json under "reasons" */
  reason: z.string().nullable(),
  reasonDetail: z.string().nullable(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type LabellingRunSummary = z.infer<typeof labellingRunSchema>;

export const llmLabelSchema = z.object({
  itemId: z.uuid(),
  position: z.number().int(),
  text: z.string(),
  /** null, as is all that follows: kept from the caller, who still decides on the document */
  outcome: z.enum(outcomes).nullable(),
  probability: z.number().nullable(),
  rawAnswer: z.string().nullable(),
  latencyMs: z.number().int().nullable(),
});
export type LlmLabelRow = z.infer<typeof llmLabelSchema>;

export const tryPromptSchema = z.object({
  endpointId: z.uuid(),
  text: promptInputSchema.shape.text,
  itemId: z.uuid(),
});

export const tryAnswerSchema = z.object({
  waiting: z.string().nullable(),
  outcome: z.enum(outcomes).nullable(),
  probability: z.number().nullable(),
  rawAnswer: z.string(),
});
