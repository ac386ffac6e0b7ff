import { z } from "zod";
import { startOptions } from "@/lib/compute/schema";
import { presets } from "@/lib/compute/specs";
import { generateSpec } from "@/lib/compute/specs/generate";
import { spendingSchema, tokenBudgetSchema } from "@/lib/labelling/schema";

export const promptLineSchema = z.object({
  id: z.string().min(1).max(200),
  category: z.string().trim().min(1).max(120).default("–"),
  prompt: z.string().trim().min(1).max(20_000),
});
export type PromptLine = z.infer<typeof promptLineSchema>;

export const promptSetSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  prompts: z.number().int(),
  categories: z.array(z.object({ category: z.string(), prompts: z.number().int() })),
  createdAt: z.iso.datetime(),
});
export type PromptSetSummary = z.infer<typeof promptSetSchema>;

export const rejectedPromptSchema = z.object({ line: z.number().int(), reason: z.string() });

export const startGenerationSchema = z.object({
  checkpointId: z.uuid(),
  promptSetId: z.uuid(),
  ...startOptions,
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
  parameters: generateSpec.shape.parameters.prefault({ ...presets.generate.paper }),
});
export type StartGeneration = z.output<typeof startGenerationSchema>;

/** What is asked of a model behind an endpoint. */
export const endpointParametersSchema = z.strictObject({
  maxNewTokens: z.number().int().min(1).max(131_072).default(1024),
  /** 0: the endpoint takes the likeliest token each time */
  temperature: z.number().min(0).max(2).default(0),
  topP: z.number().gt(0).max(1).default(1),
  systemPrompt: z.string().max(20_000).nullable().default(null),
  /** requests at a time at most; fewer while the endpoint says that it is too much */
  concurrency: z.number().int().min(1).max(256).default(4),
  /** for one answer */
  timeoutSeconds: z.number().int().min(5).max(3600).default(600),
});
export type EndpointParameters = z.infer<typeof endpointParametersSchema>;

export const startEndpointGenerationSchema = z.object({
  endpointId: z.uuid(),
  promptSetId: z.uuid(),
  startKey: startOptions.startKey,
  /** each prompt is asked with a seed of its own that follows from it */
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
  tokenBudget: tokenBudgetSchema.default(null),
  parameters: endpointParametersSchema.prefault({}),
});
export type StartEndpointGeneration = z.output<typeof startEndpointGenerationSchema>;

export const endpointGenerationStates = ["queued", "running", "paused", "succeeded", "cancelled"] as const;
export const generationMoves = ["pause", "resume", "cancel"] as const;
export type GenerationMove = (typeof generationMoves)[number];

export const endpointGenerationSchema = z.object({
  id: z.uuid(),
  state: z.enum(endpointGenerationStates),
  promptSetName: z.string(),
  endpointName: z.string(),
  local: z.boolean(),
  model: z.string(),
  /** of the endpoint's address; empty: on this machine */
  host: z.string(),
  seed: z.number().int(),
  parameters: endpointParametersSchema,
  total: z.number().int(),
  done: z.number().int(),
  spending: spendingSchema,
  secondsLeft: z.number().nullable(),
  /** why it waits or is paused: a key of messages/LOCALE/answers.json under "reasons" */
  reason: z.string().nullable(),
  reasonDetail: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type EndpointGenerationSummary = z.infer<typeof endpointGenerationSchema>;

const figureSchema = z.object({
  value: z.number(),
  interval: z.object({ lower: z.number(), upper: z.number() }),
  n: z.number().int(),
});

export const answerSetSchema = z.object({
  id: z.uuid(),
  /** null: a model behind an endpoint answered */
  checkpointId: z.uuid().nullable(),
  /** of the checkpoint, or the model as the endpoint names it */
  checkpointName: z.string(),
  /** null: a checkpoint answered */
  endpoint: z
    .object({
      name: z.string(),
      host: z.string(),
      model: z.string(),
      seed: z.number().int(),
      parameters: endpointParametersSchema,
      spending: spendingSchema,
    })
    .nullable(),
  promptSetId: z.uuid(),
  promptSetName: z.string(),
  runId: z.uuid().nullable(),
  answers: z.number().int(),
  analysed: z.boolean(),
  /** share of answers that mix German and English, Wilson 95 % */
  mixed: figureSchema.nullable(),
  /** share of answers that begin by declining, Wilson 95 %; null: the analysis was made before this was looked for */
  declined: figureSchema.nullable(),
  /** mean words of an answer, t interval; null: not analysed, or all alike, which tells nothing of the spread */
  words: figureSchema.nullable(),
  /** share of answers cut at the longest length allowed, Wilson 95 % */
  cut: figureSchema.nullable(),
  /** mean share of repeated four-word sequences */
  repetition: z.number().nullable(),
  createdAt: z.iso.datetime(),
});
export type AnswerSetSummary = z.infer<typeof answerSetSchema>;

type MeasuredShare = { hits: number; n: number; interval: { lower: number; upper: number } };
/** Of those called so how many were; of those that are so how many were found, or of others how many were missed. */
export type MeasuredAccuracy = Record<"mixedRight" | "mixedFound" | "declinedRight" | "declinedMissed", MeasuredShare>;

/** Which answers alone are listed. */
export const answerFilters = ["mixed", "declined"] as const;
export type AnswerFilter = (typeof answerFilters)[number];

/** English running text in an answer; start and end count Unicode code points of `text`. */
export const englishSpanSchema = z.object({ start: z.number().int(), end: z.number().int(), text: z.string() });
export type EnglishSpan = z.infer<typeof englishSpanSchema>;

export const answerSchema = z.object({
  id: z.uuid(),
  promptKey: z.string(),
  category: z.string(),
  prompt: z.string(),
  text: z.string(),
  /** null: the endpoint did not count them */
  tokens: z.number().int().nullable(),
  finish: z.string(),
  words: z.number().int().nullable(),
  mixed: z.boolean().nullable(),
  englishShare: z.number().nullable(),
  englishSpans: z.array(englishSpanSchema),
  repetition: z.number().nullable(),
  declined: z.boolean().nullable(),
});
export type AnswerRow = z.infer<typeof answerSchema>;
