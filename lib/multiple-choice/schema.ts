import { z } from "zod";
import { startOptions } from "@/lib/compute/schema";
import { presets } from "@/lib/compute/specs";
import { evaluateSpec, exampleChoices, exampleSubjects } from "@/lib/compute/specs/evaluate";

export const questionSchema = z.object({
  id: z.string().min(1).max(200),
  subject: z.string().trim().min(1).max(120),
  question: z.string().trim().min(1).max(20_000),
  choices: z.record(z.string().min(1).max(8), z.string().min(1).max(5000)).refine((choices) => {
    const count = Object.keys(choices).length;
    return count >= 2 && count <= 26;
  }, "needs 2 to 26 options"),
  answer: z.string(),
  /** The part of the file. Only test is asked; the others may stand before questions as examples. */
  split: z.enum(["test", "train", "dev", "validation"]).default("test"),
});
export type Question = z.infer<typeof questionSchema>;

export const questionSetSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  /** those that are asked */
  questions: z.number().int(),
  /** those of the parts train, dev and validation */
  examples: z.number().int(),
  rejected: z.number().int(),
  // Sets of old counted no examples.
  subjects: z.array(
    z.object({ subject: z.string(), questions: z.number().int(), examples: z.number().int().default(0) }),
  ),
  createdAt: z.iso.datetime(),
});
export type QuestionSetSummary = z.infer<typeof questionSetSchema>;

export const rejectedQuestionSchema = z.object({ line: z.number().int(), reason: z.string() });

export const startEvaluationSchema = z.object({
  checkpointId: z.uuid(),
  questionSetId: z.uuid(),
  /** The set that examples are taken from; null: the parts train, dev and validation of the question set itself. */
  exampleSetId: z.uuid().nullable().default(null),
  ...startOptions,
  /** Examples are drawn by it. */
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
  parameters: evaluateSpec.shape.parameters.prefault({ ...presets.evaluate.paper }),
});
export type StartEvaluation = z.output<typeof startEvaluationSchema>;

const intervalSchema = z.object({ lower: z.number(), upper: z.number() });
const figureSchema = z.object({ value: z.number(), interval: intervalSchema, n: z.number().int() });

/** What stood before each question with its answer. */
export const usedExamplesSchema = z.object({
  count: z.number().int(),
  choice: z.enum(exampleChoices),
  subject: z.enum(exampleSubjects),
  /** null where nothing was drawn */
  seed: z.number().int().nullable(),
  questionSetId: z.uuid(),
  /** the examples' ids in their order, by the subject of the questions; null: of any */
  used: z.array(z.object({ subject: z.string().nullable(), ids: z.array(z.string()) })),
});
export type UsedExamples = z.infer<typeof usedExamplesSchema>;

export const evaluationSchema = z.object({
  id: z.uuid(),
  checkpointId: z.uuid(),
  checkpointName: z.string(),
  checkpointKind: z.string(),
  questionSetId: z.uuid(),
  questionSetName: z.string(),
  template: z.string(),
  templateVersion: z.number().int(),
  /** null: the questions stood alone */
  examples: usedExamplesSchema.extend({ questionSetName: z.string() }).nullable(),
  runId: z.uuid(),
  /** Wilson 95 % */
  accuracy: figureSchema,
  correct: z.number().int(),
  subjects: z.array(z.object({ subject: z.string(), correct: z.number().int(), accuracy: figureSchema })),
  /**
   * Accuracy minus that of the nearest base checkpoint that it comes from, on the same questions, put in the same way,
   * paired; null for a base itself, and where none of them was asked so.
   */
  differenceToBase: z
    .object({ baseName: z.string(), value: z.number(), interval: intervalSchema, n: z.number().int() })
    .nullable(),
  createdAt: z.iso.datetime(),
});
export type EvaluationSummary = z.infer<typeof evaluationSchema>;

export const answeredQuestionSchema = z.object({
  questionId: z.string(),
  subject: z.string(),
  question: z.string(),
  choices: z.record(z.string(), z.string()),
  answer: z.string(),
  chosen: z.string(),
  correct: z.boolean(),
});
export type AnsweredQuestion = z.infer<typeof answeredQuestionSchema>;
