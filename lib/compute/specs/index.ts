import { z } from "zod";
import { analyseAnswersPresets, analyseAnswersSpec } from "./analyse-answers";
import { classifyCorpusPresets, classifyCorpusSpec } from "./classify-corpus";
import { evaluatePresets, evaluateSpec } from "./evaluate";
import { generatePresets, generateSpec } from "./generate";
import { mergePresets, mergeSpec } from "./merge";
import { pretrainPresets, pretrainSpec } from "./pretrain";
import { trainClassifierPresets, trainClassifierSpec } from "./train-classifier";

export { mostNodes, type RunInput, type RunResources, runInput } from "./spec-frame";

/** The spec of each kind of run; JSON Schemas for the runner are generated from these. */
export const specSchemas = {
  "train-classifier": trainClassifierSpec,
  "classify-corpus": classifyCorpusSpec,
  pretrain: pretrainSpec,
  merge: mergeSpec,
  evaluate: evaluateSpec,
  generate: generateSpec,
  "analyse-answers": analyseAnswersSpec,
} as const;

export type RunKind = keyof typeof specSchemas;
export const runKinds = Object.keys(specSchemas) as [RunKind, ...RunKind[]];

/** Any spec, told apart by its `kind`. */
export const runSpecSchema = z.discriminatedUnion("kind", [
  trainClassifierSpec,
  classifyCorpusSpec,
  pretrainSpec,
  mergeSpec,
  evaluateSpec,
  generateSpec,
  analyseAnswersSpec,
]);

/** Ready-made parameters: the paper's, and small ones for two CPU cores. */
export const presets = {
  "train-classifier": trainClassifierPresets,
  "classify-corpus": classifyCorpusPresets,
  pretrain: pretrainPresets,
  merge: mergePresets,
  evaluate: evaluatePresets,
  generate: generatePresets,
  "analyse-answers": analyseAnswersPresets,
} as const;
