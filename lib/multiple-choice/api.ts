import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  answeredQuestionSchema,
  evaluationSchema,
  questionSetSchema,
  rejectedQuestionSchema,
  startEvaluationSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });

export const listQuestionSetsOperation = operation({
  id: "question-sets.list",
  method: "GET",
  path: "/studies/{studyId}/question-sets",
  summary: "Multiple-choice question sets",
  access: { kind: "study", permission: "evaluations.read" },
  params: studyParams,
  response: z.object({ questionSets: z.array(questionSetSchema) }),
});

export const createQuestionSetOperation = operation({
  id: "question-sets.create",
  method: "POST",
  path: "/studies/{studyId}/question-sets",
  summary: "Add a question set from the text of a JSONL file (id, subject, question, choices, answer, split)",
  access: { kind: "study", permission: "evaluations.change" },
  params: studyParams,
  body: z.object({ name: z.string().trim().min(1).max(120), text: z.string().max(60_000_000) }),
  maxBodyBytes: 64 * 1024 * 1024,
  response: z.object({
    id: z.uuid(),
    questions: z.number().int(),
    examples: z.number().int(),
    rejected: z.array(rejectedQuestionSchema),
  }),
  status: 201,
});

export const listEvaluationsOperation = operation({
  id: "evaluations.list",
  method: "GET",
  path: "/studies/{studyId}/evaluations",
  summary: "Accuracy per checkpoint and question set, with intervals and paired differences to the base",
  access: { kind: "study", permission: "evaluations.read" },
  params: studyParams,
  response: z.object({ evaluations: z.array(evaluationSchema) }),
});

export const startEvaluationOperation = operation({
  id: "evaluations.start",
  method: "POST",
  path: "/studies/{studyId}/evaluations",
  summary: "Have a checkpoint answer a question set",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: startEvaluationSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const listAnsweredQuestionsOperation = operation({
  id: "evaluations.questions",
  method: "GET",
  path: "/studies/{studyId}/evaluations/{evaluationId}/questions",
  summary: "The questions of an evaluation with what was chosen",
  access: { kind: "study", permission: "evaluations.read" },
  params: studyParams.extend({ evaluationId: z.uuid() }),
  query: z.object({
    wrong: z
      .enum(["true", "false"])
      .transform((value) => value === "true")
      .optional(),
    offset: z.coerce.number().int().min(0).optional(),
  }),
  response: z.object({ questions: z.array(answeredQuestionSchema), next: z.number().int().nullable() }),
});
