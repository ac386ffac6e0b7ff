import { z } from "zod";
import { tokenBudgetSchema } from "@/lib/labelling/schema";
import { operation } from "@/lib/platform/http/operation";
import {
  answerFilters,
  answerSchema,
  answerSetSchema,
  endpointGenerationSchema,
  generationMoves,
  promptSetSchema,
  rejectedPromptSchema,
  startEndpointGenerationSchema,
  startGenerationSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });

export const listPromptSetsOperation = operation({
  id: "prompt-sets.list",
  method: "GET",
  path: "/studies/{studyId}/prompt-sets",
  summary: "Prompt sets",
  access: { kind: "study", permission: "answers.read" },
  params: studyParams,
  response: z.object({ promptSets: z.array(promptSetSchema) }),
});

export const createPromptSetOperation = operation({
  id: "prompt-sets.create",
  method: "POST",
  path: "/studies/{studyId}/prompt-sets",
  summary: "Add a prompt set from the text of a JSONL file (id, category, prompt)",
  access: { kind: "study", permission: "answers.change" },
  params: studyParams,
  body: z.object({ name: z.string().trim().min(1).max(120), text: z.string().max(20_000_000) }),
  maxBodyBytes: 24 * 1024 * 1024,
  response: z.object({ id: z.uuid(), prompts: z.number().int(), rejected: z.array(rejectedPromptSchema) }),
  status: 201,
});

export const listAnswerSetsOperation = operation({
  id: "answers.sets",
  method: "GET",
  path: "/studies/{studyId}/answer-sets",
  summary: "Answer sets with their failure modes: language mixing, declining, length, repetition",
  access: { kind: "study", permission: "answers.read" },
  params: studyParams,
  response: z.object({ answerSets: z.array(answerSetSchema) }),
});

export const startGenerationOperation = operation({
  id: "answers.generate",
  method: "POST",
  path: "/studies/{studyId}/answer-sets",
  summary: "Have a checkpoint answer a prompt set",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: startGenerationSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const startEndpointGenerationOperation = operation({
  id: "answers.generate-by-endpoint",
  method: "POST",
  path: "/studies/{studyId}/endpoint-generations",
  summary: "Have a model behind an endpoint answer a prompt set",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: startEndpointGenerationSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const listOpenGenerationsOperation = operation({
  id: "answers.open-generations",
  method: "GET",
  path: "/studies/{studyId}/endpoint-generations",
  summary: "Prompt sets that models behind endpoints are answering",
  access: { kind: "study", permission: "answers.read" },
  params: studyParams,
  response: z.object({ generations: z.array(endpointGenerationSchema) }),
});

export const changeGenerationOperation = operation({
  id: "answers.change-generation",
  method: "POST",
  path: "/studies/{studyId}/endpoint-generations/{generationId}/state",
  summary: "Pause, resume or cancel an endpoint's answering",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams.extend({ generationId: z.uuid() }),
  body: z.object({ move: z.enum(generationMoves) }),
});

export const changeGenerationBudgetOperation = operation({
  id: "answers.change-generation-budget",
  method: "PUT",
  path: "/studies/{studyId}/endpoint-generations/{generationId}/budget",
  summary: "Change how many tokens an endpoint's answering may spend; what is paused for its budget goes on with more",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams.extend({ generationId: z.uuid() }),
  body: z.strictObject({ tokenBudget: tokenBudgetSchema }),
});

export const listAnswersOperation = operation({
  id: "answers.list",
  method: "GET",
  path: "/studies/{studyId}/answer-sets/{answerSetId}/answers",
  summary: "The answers of a set",
  access: { kind: "study", permission: "answers.read" },
  params: studyParams.extend({ answerSetId: z.uuid() }),
  query: z.object({
    only: z.enum(answerFilters).optional(),
    offset: z.coerce.number().int().min(0).optional(),
  }),
  response: z.object({ answers: z.array(answerSchema), next: z.number().int().nullable() }),
});
