import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  backendCheckSchema,
  backendLimitsSchema,
  backendSchema,
  estimateInputSchema,
  estimateSchema,
  logLineSchema,
  metricSeriesSchema,
  newBackendSchema,
  newRunSchema,
  runListItemSchema,
  runOutputSchema,
  runPriorities,
  runQuerySchema,
  runSchema,
  usableBackendSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });
const runParams = studyParams.extend({ runId: z.uuid() });
const backendParams = z.object({ backendId: z.uuid() });

export const listRunsOperation = operation({
  id: "runs.list",
  method: "GET",
  path: "/studies/{studyId}/runs",
  summary: "Runs, newest first; `state` and `kind` take several with commas",
  access: { kind: "study", permission: "runs.read" },
  params: studyParams,
  query: runQuerySchema,
  response: z.object({ runs: z.array(runListItemSchema), next: z.uuid().nullable() }),
});

export const startRunOperation = operation({
  id: "runs.start",
  method: "POST",
  path: "/studies/{studyId}/runs",
  summary: "Start a run by its spec",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: newRunSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const estimateRunOperation = operation({
  id: "runs.estimate",
  method: "POST",
  path: "/studies/{studyId}/runs/estimate",
  summary: "What a run would need: time, memory, disk, cost; and why it can't fit, where it can't",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: estimateInputSchema,
  response: estimateSchema,
});

export const listUsableBackendsOperation = operation({
  id: "runs.backends",
  method: "GET",
  path: "/studies/{studyId}/backends",
  summary: "Backends that a run can be started on; the first is taken where none is named",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  response: z.object({ backends: z.array(usableBackendSchema) }),
});

export const readRunOperation = operation({
  id: "runs.read",
  method: "GET",
  path: "/studies/{studyId}/runs/{runId}",
  summary: "A run with its attempts, outputs and lineage",
  access: { kind: "study", permission: "runs.read" },
  params: runParams,
  response: runSchema,
});

export const readMetricsOperation = operation({
  id: "runs.metrics",
  method: "GET",
  path: "/studies/{studyId}/runs/{runId}/metrics",
  summary: "One curve of a run, thinned out to at most `limit` points",
  access: { kind: "study", permission: "runs.read" },
  params: runParams,
  query: z.object({ name: z.string().min(1).max(200), limit: z.coerce.number().int().min(4).max(2000).default(2000) }),
  response: metricSeriesSchema,
});

export const readLogOperation = operation({
  id: "runs.log",
  method: "GET",
  path: "/studies/{studyId}/runs/{runId}/log",
  summary: "The newest lines of a run's log, those before `before`, or the next ones after `after`",
  access: { kind: "study", permission: "runs.read" },
  params: runParams,
  query: z.object({
    before: z.string().max(50).optional(),
    after: z.string().max(50).optional(),
    level: z.string().max(50).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  response: z.object({ lines: z.array(logLineSchema), before: z.string().nullable(), more: z.boolean() }),
});

export const readOutputOperation = operation({
  id: "runs.output",
  method: "GET",
  path: "/studies/{studyId}/runs/{runId}/output",
  summary: "The end of what the current attempt's process has written so far, as its backend has it",
  access: { kind: "study", permission: "runs.read" },
  params: runParams,
  response: runOutputSchema,
});

export const changeRunOperation = operation({
  id: "runs.change",
  method: "PATCH",
  path: "/studies/{studyId}/runs/{runId}",
  summary: "Give a run that waits for its backend another priority",
  access: { kind: "study", permission: "runs.start" },
  params: runParams,
  body: z.strictObject({ priority: z.enum(runPriorities) }),
});

export const cancelRunOperation = operation({
  id: "runs.cancel",
  method: "POST",
  path: "/studies/{studyId}/runs/{runId}/cancel",
  summary: "Ask a run to finish its step, write a checkpoint and end",
  access: { kind: "study", permission: "runs.start" },
  params: runParams,
});

export const resumeRunOperation = operation({
  id: "runs.resume",
  method: "POST",
  path: "/studies/{studyId}/runs/{runId}/resume",
  summary: "Take up a run that failed or was cancelled, from its newest checkpoint",
  access: { kind: "study", permission: "runs.start" },
  params: runParams,
});

export const repeatRunOperation = operation({
  id: "runs.repeat",
  method: "POST",
  path: "/studies/{studyId}/runs/{runId}/repeat",
  summary: "Start a new run with the same spec; the same `startKey` twice is one run",
  access: { kind: "study", permission: "runs.start" },
  params: runParams,
  query: z.object({ startKey: z.uuid().optional() }),
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const listBackendsOperation = operation({
  id: "backends.list",
  method: "GET",
  path: "/backends",
  summary: "Backends of this installation",
  access: { kind: "administrator" },
  response: z.object({ backends: z.array(backendSchema) }),
});

export const createBackendOperation = operation({
  id: "backends.create",
  method: "POST",
  path: "/backends",
  summary: "Add a Ray cluster by address and token",
  access: { kind: "administrator" },
  body: newBackendSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const changeBackendOperation = operation({
  id: "backends.change",
  method: "PATCH",
  path: "/backends/{backendId}",
  summary: "Limit the runs that are at work there at once; tell what a GPU hour costs",
  access: { kind: "administrator" },
  params: backendParams,
  body: backendLimitsSchema,
});

export const archiveBackendOperation = operation({
  id: "backends.archive",
  method: "DELETE",
  path: "/backends/{backendId}",
  summary: "Take a backend out of use; runs under way go on",
  access: { kind: "administrator" },
  params: backendParams,
});

export const testBackendOperation = operation({
  id: "backends.test",
  method: "POST",
  path: "/backends/{backendId}/test",
  summary: "Look at what a backend has of what runs need; `backends.list` tells what was found so far",
  access: { kind: "administrator" },
  params: backendParams,
  response: backendCheckSchema,
  status: 202,
});
