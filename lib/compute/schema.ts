import { z } from "zod";
import { parseBucketAddress } from "@/lib/platform/storage/bucket-address";
import { storeFaultCodes } from "@/lib/platform/storage/store-fault";
import { partNames } from "./estimates/demand";
import { mostNodes, runInput, runKinds } from "./specs/index";
import { storedSpecSchema } from "./stored-spec";

export const runStates = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type RunStateName = (typeof runStates)[number];

export const runPriorities = ["low", "normal", "high"] as const;
export type RunPriorityName = (typeof runPriorities)[number];

const attemptStates = [
  "created",
  "submitting",
  "pending",
  "running",
  "stopping",
  "succeeded",
  "failed",
  "cancelled",
  "lost",
] as const;

/** What is wrong with a node, the first of these that holds; a run may be put on any node, so each has to be right. */
export const nodeOutcomes = [
  "runner_missing",
  "runner_differs",
  "packages_broken",
  "store_unseen",
  "store_unwritable",
  "gpus_unusable",
  "probe_failed",
  "node_unprobed",
] as const;

/** What a live attempt waits for; each has a sentence in messages/LOCALE/runs.json. */
export const waitingCodes = [
  "backend_installing",
  "backend_starting",
  "backend_unreachable",
  "backend_failed",
  "backend_token_refused",
  "backend_token_unreadable",
  "backend_not_allowed",
  "backend_too_old",
  "supervisor_missing",
  "submission_refused",
  "resources",
  "resources_too_few",
  "job_unknown",
  "outcome_failing",
  "queue_limit",
  "queue_room",
  "backend_checking",
  "backend_open",
  ...nodeOutcomes,
  "inputs_sending",
  "outputs_fetching",
  "studio_disk_full",
  ...storeFaultCodes,
] as const;
export type WaitingCode = (typeof waitingCodes)[number];

const time = z.iso.datetime();
export const runKindSchema = z.enum(runKinds);

const progressSchema = z.object({
  done: z.number(),
  total: z.number(),
  unit: z.string(),
  phase: z.string(),
  secondsLeft: z.number().nullable(),
});

export const runListItemSchema = z.object({
  id: z.uuid(),
  kind: runKindSchema,
  name: z.string(),
  state: z.enum(runStates),
  cancelRequested: z.boolean(),
  attempt: z.int(),
  progress: progressSchema,
  waitingCode: z.enum(waitingCodes).nullable(),
  priority: z.enum(runPriorities),
  /** among the runs, of all studies, that wait for the same backend; null: it does not wait there */
  queue: z.object({ place: z.int(), of: z.int() }).nullable(),
  failureCode: z.string().nullable(),
  backendName: z.string(),
  createdByName: z.string().nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
});
export type RunListItem = z.infer<typeof runListItemSchema>;

const attemptSchema = z.object({
  number: z.int(),
  state: z.enum(attemptStates),
  waitingCode: z.enum(waitingCodes).nullable(),
  waitingSince: time.nullable(),
  resumeStep: z.int().nullable(),
  checkpointStep: z.int().nullable(),
  failureCode: z.string().nullable(),
  failureDetail: z.string().nullable(),
  createdAt: time,
  submittedAt: time.nullable(),
  startedAt: time.nullable(),
  heartbeatAt: time.nullable(),
  /** from its submission until the studio read its first event; null: none yet */
  secondsToFirstEvent: z.number().nullable(),
  /** from the last sign of life of the attempt before until this one was read to be at work; null: none before, or not yet */
  secondsInterrupted: z.number().nullable(),
  finishedAt: time.nullable(),
});
export type AttemptView = z.infer<typeof attemptSchema>;

const lineageEdgeSchema = z.object({
  direction: z.enum(["input", "output"]),
  kind: z.string(),
  targetId: z.uuid(),
  role: z.string(),
  /** null: it has been deleted, or its kind has no name */
  name: z.string().nullable(),
  /** below /studies/ID; null: it has none, such as a base checkpoint of the installation */
  page: z.string().nullable(),
});
export type LineageEdge = z.infer<typeof lineageEdgeSchema>;

export const runSchema = runListItemSchema.extend({
  seed: z.int(),
  spec: storedSpecSchema,
  specHash: z.string(),
  maxAttempts: z.int(),
  nextAttemptAt: time.nullable(),
  failureDetail: z.string().nullable(),
  summary: z.record(z.string(), z.unknown()),
  attempts: z.array(attemptSchema),
  artifacts: z.array(
    z.object({ name: z.string(), address: z.string(), digest: z.string(), bytes: z.number(), attempt: z.int() }),
  ),
  edges: z.array(lineageEdgeSchema),
  metricNames: z.array(z.string()),
  warnings: z.int(),
  /** grows with every event file that is taken in; what was loaded before is out of date */
  revision: z.string(),
});
export type RunView = z.infer<typeof runSchema>;

export const metricSeriesSchema = z.object({
  name: z.string(),
  /** how many points there are; `points` are at most 2,000 of them, extremes kept */
  total: z.int(),
  points: z.array(z.object({ step: z.int(), value: z.number(), time: z.number(), attempt: z.int() })),
});
export type MetricSeries = z.infer<typeof metricSeriesSchema>;

export const logLineSchema = z.object({
  attempt: z.int(),
  file: z.int(),
  line: z.int(),
  level: z.string(),
  code: z.string().nullable(),
  message: z.string(),
  time,
});
export type LogLine = z.infer<typeof logLineSchema>;

const nodeFindingSchema = z.object({
  name: z.string(),
  cpus: z.number(),
  gpus: z.number(),
  memoryBytes: z.number(),
  /** by the driver where the probe could ask it; without memory by what Ray tells */
  devices: z.array(z.object({ name: z.string(), memoryBytes: z.number().nullable() })),
  /** null: still being looked at */
  outcome: z.enum(["ready", ...nodeOutcomes]).nullable(),
  /** the runner that is there; null: none that tells */
  release: z.string().nullable(),
  /** of the artifact store as this node sees it; null: unknown */
  storeFreeBytes: z.number().nullable(),
  /** in English, by the programs that were asked */
  detail: z.string(),
});
export type NodeFinding = z.infer<typeof nodeFindingSchema>;

export const findingsSchema = z.object({
  version: z.string().nullable().default(null),
  nodes: z.array(nodeFindingSchema).default([]),
  /** since when it answers without a node that could carry out a job; null: it has some */
  answersSince: time.nullable().default(null),
  /** of more than 64 nodes only the first ones are probed */
  unprobedNodes: z.int().default(0),
});
export type Findings = z.infer<typeof findingsSchema>;

export const checkOutcomes = ["ready", ...waitingCodes] as const;

export const backendCheckSchema = findingsSchema.extend({
  id: z.uuid(),
  /** null: still being looked at */
  outcome: z.enum(checkOutcomes).nullable(),
  waitingCode: z.enum(waitingCodes).nullable(),
  /** the studio's own runner at that time */
  release: z.string(),
  createdAt: time,
  finishedAt: time.nullable(),
});
export type BackendCheckView = z.infer<typeof backendCheckSchema>;

const backendLimits = {
  /** runs that may be at work there at once; null: as many as Ray finds room for */
  maxLiveRuns: z.int().min(1).max(10_000).nullable(),
  /** of one GPU; null: not known */
  gpuHourPrice: z.number().min(0).max(100_000).nullable(),
  /** ISO 4217 */
  currency: z.string().regex(/^[A-Z]{3}$/),
};
export const backendLimitsSchema = z.strictObject(backendLimits);
export type BackendLimits = z.infer<typeof backendLimitsSchema>;

export const runOutputSchema = z.object({
  attempt: z.int(),
  /** `kept`: the backend has it; `gone`: it has forgotten the job, or there is none yet; `away`: it can't be asked now */
  state: z.enum(["kept", "gone", "away"]),
  /** at most 32,000 characters, the newest */
  text: z.string(),
});

export const backendSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  local: z.boolean(),
  /** null: this machine's own, which the supervisor knows */
  address: z.string().nullable(),
  /** s3://bucket/prefix; null: it sees the studio's artifact store itself */
  exchangeAddress: z.string().nullable(),
  hasToken: z.boolean(),
  liveRuns: z.int(),
  ...backendLimits,
  /** the newest look at it; null: nobody has looked yet */
  check: backendCheckSchema.nullable(),
});
export type BackendView = z.infer<typeof backendSchema>;

export const newBackendSchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  address: z.string().trim().min(1).max(500),
  token: z.string().trim().min(8).max(2000),
  exchangeAddress: z
    .string()
    .trim()
    .max(300)
    .refine((address) => parseBucketAddress(address) !== null, { params: { code: "bucket_address_invalid" } })
    .optional(),
});
export type NewBackend = z.infer<typeof newBackendSchema>;

const listOf = <Value extends string>(values: readonly [Value, ...Value[]]) =>
  z
    .string()
    .transform((text) => text.split(",").filter(Boolean))
    .pipe(z.array(z.enum(values)))
    .optional();

export const runQuerySchema = z.object({
  /** several, with commas */
  state: listOf(runStates),
  kind: listOf(runKinds),
  search: z.string().max(200).optional(),
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** What every start of a run takes besides what is to be run. */
export const startOptions = {
  /** absent: this machine's own, else the oldest */
  backendId: z.uuid().optional(),
  priority: z.enum(runPriorities).optional(),
  /** A random UUID of the caller's: the same start that comes twice is one run. */
  startKey: z.uuid().optional(),
};
export type StartOptions = { backendId?: string; priority?: RunPriorityName; startKey?: string };

/** Of a start whose processes compute one model together, one GPU each where there are GPUs. */
export const rankOptions = {
  /** of the backend, each with as many processes */
  nodes: z.int().min(1).max(mostNodes).optional(),
  /** of all nodes */
  processes: z.int().min(1).max(4096).optional(),
};
export type RankOptions = { nodes?: number; processes?: number };

export const newRunSchema = z.strictObject({
  kind: runKindSchema,
  name: z.string().trim().min(1).max(200),
  seed: z.int().min(0).max(2_147_483_647).optional(),
  ...startOptions,
  inputs: z.record(z.string(), runInput),
  parameters: z.record(z.string(), z.json()),
  resources: z
    .strictObject({
      nodes: z.int().min(1).max(mostNodes),
      processes: z.int().min(1).max(4096),
      threads: z.int().min(1).max(1024),
    })
    .partial()
    .optional(),
});
export type NewRun = z.infer<typeof newRunSchema>;

export const estimateInputSchema = z.strictObject({
  kind: runKindSchema,
  backendId: z.uuid().optional(),
  parameters: z.record(z.string(), z.json()),
  resources: z
    .strictObject({
      nodes: z.int().min(1).max(mostNodes),
      processes: z.int().min(1).max(4096),
      threads: z.int().min(1).max(1024),
    })
    .partial()
    .optional(),
  /** what it would use, as in its lineage */
  uses: z.array(z.strictObject({ kind: z.string().max(50), targetId: z.uuid() })).max(20),
  /** labelled ones, of a training whose label set is made when it starts */
  documents: z.int().min(0).optional(),
});
export type EstimateInput = z.output<typeof estimateInputSchema>;

const needSchema = z
  .object({
    parts: z.array(z.object({ name: z.enum(partNames), bytes: z.number() })),
    bytes: z.number(),
    /** null: not known */
    availableBytes: z.number().nullable(),
  })
  .nullable();

const shortageSchema = z.object({
  code: z.enum(["gpus_short", "nodes_short", "gpu_memory_short", "memory_short", "disk_short"]),
  /** GPUs of a node, nodes, or GiB */
  needed: z.number(),
  available: z.number(),
  parts: z.array(z.object({ name: z.enum(partNames), bytes: z.number() })),
});
export type Shortage = z.infer<typeof shortageSchema>;

export const estimateSchema = z.object({
  /** null: not known, such as for a model that the studio can't see */
  seconds: z.number().nullable(),
  speed: z
    .object({
      perSecond: z.number(),
      unit: z.enum(["flop", "byte"]),
      /** earlier runs of that kind on that backend; 0: assumed */
      measuredRuns: z.int(),
    })
    .nullable(),
  gpus: z.int(),
  /** of one GPU, or of the machine where it computes on processors */
  memory: needSchema,
  /** of the artifact store */
  disk: needSchema,
  cost: z.object({ amount: z.number(), currency: z.string() }).nullable(),
  /** why it can't fit; the start would be refused */
  shortages: z.array(shortageSchema),
});
export type Estimate = z.infer<typeof estimateSchema>;

/** Of a backend, what who starts runs needs to choose it. */
export const usableBackendSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  local: z.boolean(),
  /** of the node with the most */
  gpus: z.number(),
  nodes: z.int(),
});
export type UsableBackend = z.infer<typeof usableBackendSchema>;
