import { z } from "zod";
import { rankOptions, startOptions } from "@/lib/compute/schema";
import { presets } from "@/lib/compute/specs";
import { mergeSpec } from "@/lib/compute/specs/merge";
import { pretrainSpec } from "@/lib/compute/specs/pretrain";

export const checkpointKinds = ["base", "encoder", "pretrained", "merged"] as const;

/** Where a base checkpoint may lie: on the machines of the backend, or on a hub that they reach. */
const baseAddress = z
  .string()
  .trim()
  .regex(
    /^(file:\/\/\/(?!(?:.*\/)?\.\.(?:\/|$)).+|hf:[\w.-]+\/[\w.-]+@[\w.-]+)$/,
    "file:///folder or hf:owner/name@revision",
  );

export const baseCheckpointInputSchema = z.object({
  name: z.string().trim().min(1).max(120),
  kind: z.enum(["base", "encoder"]),
  address: baseAddress,
  description: z.string().trim().max(500).default(""),
});

export const checkpointSchema = z.object({
  id: z.uuid(),
  kind: z.enum(checkpointKinds),
  name: z.string(),
  address: z.string(),
  digest: z.string().nullable(),
  description: z.string(),
  madeByRunId: z.uuid().nullable(),
  parents: z.array(z.object({ id: z.uuid(), name: z.string(), role: z.string() })),
  /** key figures of the run that made it */
  summary: z.record(z.string(), z.unknown()),
  createdAt: z.iso.datetime(),
});
export type CheckpointSummary = z.infer<typeof checkpointSchema>;

export const startPretrainingSchema = z.object({
  name: z.string().trim().min(1).max(120),
  corpusId: z.uuid(),
  baseId: z.uuid(),
  ...startOptions,
  ...rankOptions,
  seed: z.number().int().min(0).max(4_294_967_295).default(1),
  parameters: pretrainSpec.shape.parameters.prefault({ ...presets.pretrain.paper }),
});
export type StartPretraining = z.output<typeof startPretrainingSchema>;

export const startMergeSchema = z.object({
  name: z.string().trim().min(1).max(120),
  firstId: z.uuid(),
  secondId: z.uuid(),
  ...startOptions,
  parameters: mergeSpec.shape.parameters.prefault({ ...presets.merge.paper }),
});
export type StartMerge = z.output<typeof startMergeSchema>;

export const mergedTensorSchema = z.object({
  tensor: z.string(),
  layer: z.number().int().nullable(),
  elements: z.number(),
  cosine: z.number().nullable(),
  normRatio: z.number().nullable(),
  t: z.number().nullable(),
  branch: z.enum(["slerp", "lerp", "copy"]),
});
export type MergedTensor = z.infer<typeof mergedTensorSchema>;
