import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  endpointInputSchema,
  endpointSchema,
  labellingRunSchema,
  llmLabelSchema,
  outcomes,
  promptInputSchema,
  promptSchema,
  startLabellingSchema,
  tokenBudgetSchema,
  tokenPriceSchema,
  tryAnswerSchema,
  tryPromptSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });
const runParams = studyParams.extend({ labellingRunId: z.uuid() });

export const listEndpointsOperation = operation({
  id: "endpoints.list",
  method: "GET",
  path: "/endpoints",
  summary: "LLM endpoints of this installation",
  access: { kind: "administrator" },
  response: z.object({ endpoints: z.array(endpointSchema) }),
});

export const createEndpointOperation = operation({
  id: "endpoints.create",
  method: "POST",
  path: "/endpoints",
  summary: "Add an OpenAI-compatible endpoint",
  access: { kind: "administrator" },
  body: endpointInputSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const changeEndpointOperation = operation({
  id: "endpoints.change",
  method: "PATCH",
  path: "/endpoints/{endpointId}",
  summary: "Tell what a million tokens cost; what is under way keeps the price of its start",
  access: { kind: "administrator" },
  params: z.object({ endpointId: z.uuid() }),
  body: z.strictObject({ price: tokenPriceSchema.nullable() }),
});

export const archiveEndpointOperation = operation({
  id: "endpoints.archive",
  method: "DELETE",
  path: "/endpoints/{endpointId}",
  summary: "Take an endpoint out of use",
  access: { kind: "administrator" },
  params: z.object({ endpointId: z.uuid() }),
});

export const testEndpointOperation = operation({
  id: "endpoints.test",
  method: "POST",
  path: "/endpoints/{endpointId}/test",
  summary: "Ask an endpoint for one label",
  access: { kind: "administrator" },
  params: z.object({ endpointId: z.uuid() }),
  response: z.object({ waiting: z.string().nullable(), answer: z.string() }),
});

export const listPromptsOperation = operation({
  id: "prompts.list",
  method: "GET",
  path: "/studies/{studyId}/prompts",
  summary: "Prompt versions, newest first",
  access: { kind: "study", permission: "labelling.read" },
  params: studyParams,
  response: z.object({ prompts: z.array(promptSchema) }),
});

export const createPromptOperation = operation({
  id: "prompts.create",
  method: "POST",
  path: "/studies/{studyId}/prompts",
  summary: "Add a prompt version; versions never change",
  access: { kind: "study", permission: "labelling.run" },
  params: studyParams,
  body: promptInputSchema,
  response: z.object({ id: z.uuid(), version: z.number().int() }),
  status: 201,
});

export const tryPromptOperation = operation({
  id: "prompts.try",
  method: "POST",
  path: "/studies/{studyId}/prompts/try",
  summary: "One answer to one document by a prompt that is being written",
  access: { kind: "study", permission: "labelling.run" },
  params: studyParams,
  body: tryPromptSchema,
  response: tryAnswerSchema,
});

export const listLabellingOperation = operation({
  id: "labelling.list",
  method: "GET",
  path: "/studies/{studyId}/labelling",
  summary: "Labelling runs, newest first",
  access: { kind: "study", permission: "labelling.read" },
  params: studyParams,
  response: z.object({ runs: z.array(labellingRunSchema) }),
});

export const startLabellingOperation = operation({
  id: "labelling.start",
  method: "POST",
  path: "/studies/{studyId}/labelling",
  summary: "Have an LLM label a drawn sample",
  access: { kind: "study", permission: "labelling.run" },
  params: studyParams,
  body: startLabellingSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const readLabellingOperation = operation({
  id: "labelling.read",
  method: "GET",
  path: "/studies/{studyId}/labelling/{labellingRunId}",
  summary: "A labelling run with progress, speed and time left",
  access: { kind: "study", permission: "labelling.read" },
  params: runParams,
  response: labellingRunSchema,
});

export const changeLabellingOperation = operation({
  id: "labelling.change",
  method: "POST",
  path: "/studies/{studyId}/labelling/{labellingRunId}/state",
  summary: "Pause, resume or cancel a labelling run",
  access: { kind: "study", permission: "labelling.run" },
  params: runParams,
  body: z.object({ move: z.enum(["pause", "resume", "cancel"]) }),
});

export const changeLabellingBudgetOperation = operation({
  id: "labelling.change-budget",
  method: "PUT",
  path: "/studies/{studyId}/labelling/{labellingRunId}/budget",
  summary: "Change how many tokens a labelling run may spend; one that is paused for its budget goes on with more",
  access: { kind: "study", permission: "labelling.run" },
  params: runParams,
  body: z.strictObject({ tokenBudget: tokenBudgetSchema }),
});

export const listLlmLabelsOperation = operation({
  id: "labelling.labels",
  method: "GET",
  path: "/studies/{studyId}/labelling/{labellingRunId}/labels",
  summary: "Labels with the raw answers, in the order of the draw",
  access: { kind: "study", permission: "labelling.read" },
  params: runParams,
  query: z.object({ outcome: z.enum(outcomes).optional(), after: z.coerce.number().int().min(-1).optional() }),
  response: z.object({ labels: z.array(llmLabelSchema), next: z.number().int().nullable() }),
});
