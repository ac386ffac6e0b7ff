import { z } from "zod";
import type { Presets } from "./presets";
import { brokenRanksRule, followsRule } from "./rules";
import { count, runInput, share, specFrame, spreadResources } from "./spec-frame";

/** Scores every document of a corpus and keeps those at or above the threshold. */
const parameters = z.strictObject({
  threshold: share,
  /** `fp32`, `int8`: ONNX Runtime on processors, from the `onnx` folder; `bf16`: PyTorch on GPUs, from `model`. */
  precision: z.enum(["fp32", "int8", "bf16"]),
  batchSize: count(65_536),
  /** At most the classifier's own. */
  maxTokens: z.int().min(8).max(131_072),
});

export const classifyCorpusSpec = z
  .strictObject({
    ...specFrame,
    resources: spreadResources,
    kind: z.literal("classify-corpus"),
    inputs: z.strictObject({ corpus: runInput, classifier: runInput }),
    parameters,
  })
  .check(followsRule(brokenRanksRule));

export const classifyCorpusPresets = {
  paper: { threshold: 0.5, precision: "bf16", batchSize: 64, maxTokens: 512 },
  example: { threshold: 0.5, precision: "int8", batchSize: 16, maxTokens: 256 },
  published: [],
} as const satisfies Presets<z.infer<typeof parameters>>;
