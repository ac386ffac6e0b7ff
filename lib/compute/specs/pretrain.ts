import { z } from "zod";
import type { Presets } from "./presets";
import { brokenPretrainRule, brokenRanksRule, followsRule } from "./rules";
import {
  count,
  gradientClip,
  learningRate,
  runInput,
  specFrame,
  spreadResources,
  warmupSteps,
  weightDecay,
} from "./spec-frame";

export const learningRateSchedules = ["linear", "cosine"] as const;
/** `none`: everything is kept; `selective`: matrix products and attention; `full`: each layer's input alone. */
export const activationCheckpointings = ["none", "selective", "full"] as const;

/** Continual pre-training of a causal language model, next-token loss on packed sequences. */
const parameters = z.strictObject({
  /** Either this or `maxSteps`; the other one is null. */
  epochs: z.number().gt(0).max(1000).nullable(),
  maxSteps: count(100_000_000).nullable(),
  /** Tokens in a packed sequence. */
  sequenceLength: z.int().min(8).max(1_048_576),
  sequencesPerStep: count(1_000_000),
  learningRate,
  /** After the warm-up, down to zero at the last step. */
  schedule: z.enum(learningRateSchedules),
  warmupSteps,
  weightDecay,
  gradientClip,
  bf16: z.boolean(),
  /** What layers keep for the backward pass. A boolean, in runs of old, is all or nothing. */
  activationCheckpointing: z.union([z.enum(activationCheckpointings), z.boolean()]),
  /** Share of the documents that is not trained on; the loss is measured there. */
  heldOutShare: z.number().min(0).max(0.5),
  checkpointEverySteps: count(10_000_000),
  evaluateEverySteps: count(10_000_000),
});

export const pretrainSpec = z
  .strictObject({
    ...specFrame,
    resources: spreadResources,
    kind: z.literal("pretrain"),
    inputs: z.strictObject({ corpus: runInput, base: runInput }),
    parameters,
  })
  .check(followsRule(brokenRanksRule), followsRule(brokenPretrainRule));

export const pretrainPresets = {
  paper: {
    epochs: 2,
    maxSteps: null,
    sequenceLength: 4096,
    sequencesPerStep: 64,
    learningRate: 1e-5,
    schedule: "linear",
    warmupSteps: 500,
    weightDecay: 0.01,
    gradientClip: 1,
    bf16: true,
    activationCheckpointing: "full",
    heldOutShare: 0.005,
    checkpointEverySteps: 500,
    evaluateEverySteps: 250,
  },
  example: {
    epochs: null,
    maxSteps: 60,
    sequenceLength: 512,
    sequencesPerStep: 2,
    learningRate: 5e-5,
    schedule: "linear",
    warmupSteps: 6,
    weightDecay: 0.01,
    gradientClip: 1,
    bf16: true,
    activationCheckpointing: "none",
    heldOutShare: 0.05,
    checkpointEverySteps: 20,
    evaluateEverySteps: 20,
  },
  published: ["epochs", "schedule", "warmupSteps", "bf16", "activationCheckpointing"],
} as const satisfies Presets<z.infer<typeof parameters>>;
