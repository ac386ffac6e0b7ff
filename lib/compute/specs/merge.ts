import { z } from "zod";
import type { Presets } from "./presets";
import { runInput, share, specFrame } from "./spec-frame";

/** Merges two checkpoints of one architecture, tensor by tensor: t = 0 is `first`, t = 1 is `second`. */
const parameters = z.strictObject({
  /** `linear`: (1 − t) · first + t · second. */
  method: z.enum(["slerp", "linear"]),
  t: z.strictObject({
    /** For everything outside the decoder layers, and for these too where `layers` is null. */
    default: share,
    /** One number a decoder layer, lowest first. */
    layers: z.array(share).min(1).max(1000).nullable(),
    /**
     * As in mergekit: the first whose `filter` a tensor's name contains decides, before `layers` and `default`. The
     * gradient's numbers are spread evenly over the decoder layers; other tensors take its first.
     */
    rules: z
      .array(z.strictObject({ filter: z.string().max(200), gradient: z.array(share).min(1).max(1000) }))
      .max(100)
      // Runs that were planned before there were rules are repeated too.
      .default([]),
  }),
  /** Of how many decoder layers the plan speaks, as mergekit's `layer_range` names them; null: of all there are. */
  layerCount: z.int().min(1).max(1000).nullable().default(null),
});

export const mergeSpec = z.strictObject({
  ...specFrame,
  kind: z.literal("merge"),
  inputs: z.strictObject({ first: runInput, second: runInput }),
  parameters,
});

export const mergePresets = {
  paper: { method: "slerp", t: { default: 0.5, layers: null, rules: [] }, layerCount: null },
  example: { method: "slerp", t: { default: 0.5, layers: null, rules: [] }, layerCount: null },
  published: ["method"],
} as const satisfies Presets<z.infer<typeof parameters>>;
