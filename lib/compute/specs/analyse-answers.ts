import { z } from "zod";
import type { Presets } from "./presets";
import { runInput, specFrame } from "./spec-frame";

/** Measures language mixing, length and repetition of each answer of a `generate` run. */
const parameters = z.strictObject({});

export const analyseAnswersSpec = z.strictObject({
  ...specFrame,
  kind: z.literal("analyse-answers"),
  inputs: z.strictObject({ answers: runInput }),
  parameters,
});

export const analyseAnswersPresets = {
  paper: {},
  example: {},
  published: [],
} as const satisfies Presets<z.infer<typeof parameters>>;
