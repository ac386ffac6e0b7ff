import { z } from "zod";
import type { Presets } from "./presets";
import { brokenRanksRule, followsRule } from "./rules";
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

/** Fine-tunes an encoder on labelled documents, exports it to ONNX and scores the held-out parts. */
const parameters = z.strictObject({
  /** Tokens of a document that are read, special tokens included. */
  maxTokens: z.int().min(8).max(131_072),
  epochs: count(1000),
  /**
   * So many epochs without a lower loss on the tune documents end the training, and the best epoch's weights are kept;
   * null, as in runs of old: all epochs are trained and the last one's kept.
   */
  patience: count(1000).nullable().default(null),
  batchSize: count(65_536),
  learningRate,
  warmupSteps,
  weightDecay,
  gradientClip,
  /** 0: everything is trained; n: the embeddings and the n lowest layers stay as they are. */
  frozenLayers: z.int().min(0).max(1000),
  /** Weigh the classes so that both count the same. */
  classBalance: z.boolean(),
  /** `model`: the architecture's own classification head; `mean`: a linear layer on the mean of the tokens' vectors. */
  pooling: z.enum(["model", "mean"]),
  /** Put before each text, for encoders that were trained with one ("query: " for E5). */
  prefix: z.string().max(200),
});

export const trainClassifierSpec = z
  .strictObject({
    ...specFrame,
    resources: spreadResources,
    kind: z.literal("train-classifier"),
    inputs: z.strictObject({ documents: runInput, encoder: runInput }),
    parameters,
  })
  .check(followsRule(brokenRanksRule));

export const trainClassifierPresets = {
  /** XLM-RoBERTa base. The paper tells the encoder only; these settings are ours. */
  paper: {
    maxTokens: 512,
    epochs: 3,
    patience: 2,
    batchSize: 32,
    learningRate: 2e-5,
    warmupSteps: 500,
    weightDecay: 0.01,
    gradientClip: 1,
    frozenLayers: 0,
    classBalance: false,
    pooling: "model",
    prefix: "",
  },
  /** multilingual-e5-small as it is, with a linear layer on top: 40 medical of 420 articles are enough for it. */
  example: {
    maxTokens: 256,
    epochs: 10,
    patience: 3,
    batchSize: 16,
    learningRate: 1e-2,
    warmupSteps: 10,
    weightDecay: 0.01,
    gradientClip: 1,
    frozenLayers: 12,
    classBalance: true,
    pooling: "mean",
    prefix: "query: ",
  },
  published: [],
} as const satisfies Presets<z.infer<typeof parameters>>;
