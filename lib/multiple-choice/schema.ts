import { z } from "zod";
import { startOptions } from "@/lib/compute/schema";
import { presets } from "@/lib/compute/specs";
import { evaluateSpec } from "@/lib/compute/specs/evaluate";

export const questionSchema = z.object({
  id: z.string().min(1).max(200),
  subject: z.string().trim().min(1).max(120),
  question: z.string().trim().min(1).max(20_000),
  choices: z.record(z.string().min(1).max(8), z.string().min(1).max(5000)).refine((choices) => {
    const count = Object.keys(choices).length;
    return count >= 2 && count <= 26;
  }, "needs 2 to 26 options"),
  answer: z.string(),
});
export type Question = z.infer<typeof questionSchema>;

export const questionSetSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  questions: z.number().int(),
  rejected: z.number().int(),
  subjects: z.array(z.object({ subject: z.string(), questions: z.number().int() })),
  createdAt: z.iso.datetime(),
});
export type QuestionSetSummary = z.infer<typeof questionSetSchema>;

export const rejectedQuestionSchema = z.object({ line: z.number().int(), reason: z.string() });

export const startEvaluationSchema = z.object({
  checkpointId: z.uuid(),
  questionSetId: z.uuid(),
  ...startOptions,
  parameters: evaluateSpec.shape.parameters.prefault({ ...presets.evaluate.paper }),
});
export type StartEvaluation = z.output<typeof startEvaluationSchema>;

const intervalSchema = z.object({ lower: z.number(), upper: z.number() });
const figureSchema = z.object({ value: z.number(), interval: intervalSchema, n: z.number().int() });

export const evaluationSchema = z.object({
  id: z.uuid(),
  checkpointId: z.uuid(),
  checkpointName: z.string(),
  checkpointKind: z.string(),
  questionSetId: z.uuid(),
  questionSetName: z.string(),
  template: z.string(),
  runId: z.uuid(),
  /** Wilson 95 % */
  accuracy: figureSchema,
  correct: z.number().int(),
  subjects: z.array(z.object({ subject: z.string(), correct: z.number().int(), accuracy: figureSchema })),
  /** accuracy minus that of the base checkpoint on the same questions, paired; null for the base itself */
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
