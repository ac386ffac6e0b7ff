import { z } from "zod";
import { rankOptions, startOptions } from "@/lib/compute/schema";
import { presets } from "@/lib/compute/specs";
import { trainClassifierSpec } from "@/lib/compute/specs/train-classifier";

export const startTrainingSchema = z
  .object({
    name: z.string().trim().min(1).max(120),
    encoderId: z.uuid(),
    /** whose labels it learns from; a round also gives the people's labels of the test part */
    source: z.enum(["people", "llm"]),
    roundId: z.uuid().nullable().default(null),
    labellingRunId: z.uuid().nullable().default(null),
    tuneShare: z.number().min(0.05).max(0.4).default(0.15),
    testShare: z.number().min(0.05).max(0.5).default(0.25),
    seed: z.number().int().min(0).max(2_147_483_647).default(1),
    ...startOptions,
    ...rankOptions,
    parameters: trainClassifierSpec.shape.parameters.prefault({ ...presets["train-classifier"].paper }),
  })
  .refine((input) => (input.source === "people" ? input.roundId : input.labellingRunId) !== null, {
    message: "people's labels need a round, an LLM's labels a labelling run",
    params: { code: "label_source_missing" },
    path: ["source"],
  });
export type StartTraining = z.output<typeof startTrainingSchema>;

const intervalSchema = z.object({ lower: z.number(), upper: z.number() });
export const figureSchema = z.object({ value: z.number(), interval: intervalSchema, n: z.number().int() });

export const measures = ["precision", "recall", "f1", "prevalence", "accuracy"] as const;

export const classifierSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  source: z.enum(["people", "llm"]),
  threshold: z.number(),
  thresholdReason: z.string(),
  runId: z.uuid(),
  labelSetId: z.uuid(),
  documents: z.object({ train: z.number().int(), tune: z.number().int(), test: z.number().int() }),
  /** the test part carries people's labels; else the figures are agreement with the LLM */
  judgedByPeople: z.boolean(),
  precision: figureSchema.nullable(),
  recall: figureSchema.nullable(),
  f1: figureSchema.nullable(),
  createdAt: z.iso.datetime(),
});
export type ClassifierSummary = z.infer<typeof classifierSchema>;

export const confusionSchema = z.object({
  truePositive: z.number().int(),
  falsePositive: z.number().int(),
  falseNegative: z.number().int(),
  trueNegative: z.number().int(),
});

export const inspectionSchema = z.object({
  threshold: z.number(),
  confusion: confusionSchema,
  /** each with its own method: one may rest on too few documents of a kind for that of another */
  figures: z.record(z.enum(measures), figureSchema.extend({ method: z.string() }).nullable()),
  /** why there are no figures: a sentence of lib/stats */
  problem: z.string().nullable(),
});
export type Inspection = z.infer<typeof inspectionSchema>;

export const curvePointSchema = z.object({
  threshold: z.number(),
  precision: z.object({ value: z.number(), band: intervalSchema }),
  recall: z.object({ value: z.number(), band: intervalSchema }),
  f1: z.object({ value: z.number(), band: intervalSchema }),
});
export type CurvePoint = z.infer<typeof curvePointSchema>;

/** Test documents of similar scores: what these say in the mean, and how many are medical. */
export const calibrationPointSchema = z.object({ meanScore: z.number(), medical: figureSchema });
export type CalibrationPoint = z.infer<typeof calibrationPointSchema>;

export const classifierDetailSchema = classifierSchema.extend({
  inspection: inspectionSchema,
  curve: z.array(curvePointSchema),
  calibration: z.array(calibrationPointSchema),
  /** test documents by score, in twenty equal bins */
  histogram: z.array(
    z.object({ from: z.number(), to: z.number(), medical: z.number().int(), nonMedical: z.number().int() }),
  ),
});
export type ClassifierDetail = z.infer<typeof classifierDetailSchema>;

export const scoredDocumentSchema = z.object({
  itemId: z.uuid(),
  documentId: z.string(),
  text: z.string(),
  score: z.number(),
  medical: z.boolean(),
});
export type ScoredDocument = z.infer<typeof scoredDocumentSchema>;

export const classifyTextSchema = z.object({ text: z.string().trim().min(1).max(200_000) });
export const classifiedTextSchema = z.object({
  score: z.number(),
  medical: z.boolean(),
  tokens: z.number().int(),
  /** the text was longer than the classifier reads */
  clipped: z.boolean(),
});

export const startFilteringSchema = z.object({
  name: z.string().trim().min(1).max(120),
  corpusId: z.uuid(),
  classifierId: z.uuid(),
  threshold: z.number().min(0).max(1).optional(),
  /** `bf16` computes on GPUs */
  precision: z.enum(["fp32", "int8", "bf16"]).default("int8"),
  batchSize: z.number().int().min(1).max(4096).optional(),
  ...startOptions,
  ...rankOptions,
});
export type StartFiltering = z.output<typeof startFilteringSchema>;
