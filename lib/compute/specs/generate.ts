import { z } from "zod";
import type { Presets } from "./presets";
import { count, runInput, specFrame } from "./spec-frame";

/** Has a language model answer a prompt set. */
const parameters = z.strictObject({
  maxNewTokens: count(131_072),
  /** 0: greedy, nothing is drawn. */
  temperature: z.number().min(0).max(5),
  topP: z.number().gt(0).max(1),
  systemPrompt: z.string().max(20_000).nullable(),
});

export const generateSpec = z.strictObject({
  ...specFrame,
  kind: z.literal("generate"),
  inputs: z.strictObject({ model: runInput, prompts: runInput }),
  parameters,
});

export const generatePresets = {
  paper: { maxNewTokens: 1024, temperature: 0, topP: 1, systemPrompt: null },
  example: { maxNewTokens: 128, temperature: 0, topP: 1, systemPrompt: null },
  published: [],
} as const satisfies Presets<z.infer<typeof parameters>>;
