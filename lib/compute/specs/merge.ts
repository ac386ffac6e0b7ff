import { z } from "zod";
import type { Presets } from "./presets";
import { runInput, share, specFrame } from "./spec-frame";

/** Merges two checkpoints of one architecture, layer by layer: t = 0 is `first`, t = 1 is `second`. */
const parameters = z.strictObject({
  method: z.enum(["slerp"]),
  t: z.strictObject({
    /** For everything outside the decoder layers, and for these too where `layers` is null. */
    default: share,
    /** One number a decoder layer, lowest first. */
    layers: z.array(share).min(1).max(1000).nullable(),
  }),
});

export const mergeSpec = z.strictObject({
  ...specFrame,
  kind: z.literal("merge"),
  inputs: z.strictObject({ first: runInput, second: runInput }),
  parameters,
});

export const mergePresets = {
  paper: { method: "slerp", t: { default: 0.5, layers: null } },
  example: { method: "slerp", t: { default: 0.5, layers: null } },
  published: ["method"],
} as const satisfies Presets<z.infer<typeof parameters>>;
