import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  baseCheckpointInputSchema,
  checkpointKinds,
  checkpointSchema,
  mergedTensorSchema,
  startMergeSchema,
  startPretrainingSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });
const checkpointParams = studyParams.extend({ checkpointId: z.uuid() });

export const listBaseCheckpointsOperation = operation({
  id: "base-checkpoints.list",
  method: "GET",
  path: "/base-checkpoints",
  summary: "Base checkpoints and encoders of this installation",
  access: { kind: "administrator" },
  response: z.object({ checkpoints: z.array(checkpointSchema) }),
});

export const createBaseCheckpointOperation = operation({
  id: "base-checkpoints.create",
  method: "POST",
  path: "/base-checkpoints",
  summary: "Add a base checkpoint or encoder by its address",
  access: { kind: "administrator" },
  body: baseCheckpointInputSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const archiveBaseCheckpointOperation = operation({
  id: "base-checkpoints.archive",
  method: "DELETE",
  path: "/base-checkpoints/{checkpointId}",
  summary: "Take a base checkpoint or encoder out of use",
  access: { kind: "administrator" },
  params: z.object({ checkpointId: z.uuid() }),
});

export const listCheckpointsOperation = operation({
  id: "checkpoints.list",
  method: "GET",
  path: "/studies/{studyId}/checkpoints",
  summary: "Checkpoints that the study can use",
  access: { kind: "study", permission: "checkpoints.read" },
  params: studyParams,
  query: z.object({ kind: z.enum(checkpointKinds).optional() }),
  response: z.object({ checkpoints: z.array(checkpointSchema) }),
});

export const readCheckpointOperation = operation({
  id: "checkpoints.read",
  method: "GET",
  path: "/studies/{studyId}/checkpoints/{checkpointId}",
  summary: "A checkpoint with its parents and the key figures of its run",
  access: { kind: "study", permission: "checkpoints.read" },
  params: checkpointParams,
  response: checkpointSchema,
});

export const readMergeReportOperation = operation({
  id: "checkpoints.merge-report",
  method: "GET",
  path: "/studies/{studyId}/checkpoints/{checkpointId}/merge-report",
  summary: "What a merge did to each tensor: cosine, ratio of norms, t, branch",
  access: { kind: "study", permission: "checkpoints.read" },
  params: checkpointParams,
  response: z.object({ tensors: z.array(mergedTensorSchema) }),
});

export const startPretrainingOperation = operation({
  id: "pretraining.start",
  method: "POST",
  path: "/studies/{studyId}/pretraining",
  summary: "Start continual pre-training of a base checkpoint on a corpus",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: startPretrainingSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const startMergeOperation = operation({
  id: "merges.start",
  method: "POST",
  path: "/studies/{studyId}/merges",
  summary: "Merge two checkpoints by SLERP or along a straight line",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: startMergeSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});
