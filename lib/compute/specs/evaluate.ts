import { z } from "zod";
import type { Presets } from "./presets";
import { count, runInput, specFrame } from "./spec-frame";

/** Answers multiple-choice questions by the log-likelihood of each option. */
const parameters = z.strictObject({
  /** `letter-de`: options are listed and the letter is scored; `text-de`: each option's text is scored. */
  template: z.enum(["letter-de", "text-de"]),
  batchSize: count(65_536),
});

export const evaluateSpec = z.strictObject({
  ...specFrame,
  kind: z.literal("evaluate"),
  inputs: z.strictObject({ model: runInput, questions: runInput }),
  parameters,
});

export const evaluatePresets = {
  paper: { template: "letter-de", batchSize: 16 },
  example: { template: "letter-de", batchSize: 4 },
  published: [],
} as const satisfies Presets<z.infer<typeof parameters>>;
