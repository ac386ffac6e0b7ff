import { z } from "zod";
import type { Presets } from "./presets";
import { brokenEvaluateRule, followsRule } from "./rules";
import { count, runInput, specFrame } from "./spec-frame";

export const exampleChoices = ["first", "drawn"] as const;
export const exampleSubjects = ["any", "same"] as const;

/** Answers multiple-choice questions by the log-likelihood of each option. */
const parameters = z.strictObject({
  /** `letter-de`: options are listed and the letter is scored; `text-de`: each option's text is scored. */
  template: z.enum(["letter-de", "text-de"]),
  batchSize: count(65_536),
  /**
   * What stands before each question with its answer, out of the input `examples`; null: nothing. `first`: in the file's
   * order, `drawn`: by the seed. `same`: of the question's subject.
   */
  examples: z
    .strictObject({ count: count(64), choice: z.enum(exampleChoices), subject: z.enum(exampleSubjects) })
    .nullable()
    // Runs that were planned before there were examples are repeated too.
    .default(null),
});

export const evaluateSpec = z
  .strictObject({
    ...specFrame,
    kind: z.literal("evaluate"),
    /** `examples` is there where examples are wanted; the same file as the questions, or another. */
    inputs: z.strictObject({ model: runInput, questions: runInput, examples: runInput.optional() }),
    parameters,
  })
  .check(followsRule(brokenEvaluateRule));

export const evaluatePresets = {
  paper: { template: "letter-de", batchSize: 16, examples: null },
  example: { template: "letter-de", batchSize: 4, examples: null },
  published: [],
} as const satisfies Presets<z.infer<typeof parameters>>;
