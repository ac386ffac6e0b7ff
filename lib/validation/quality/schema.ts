import { z } from "zod";
import { roundStates } from "../schema";

export const measures = ["f1", "precision", "recall", "accuracy", "prevalence"] as const;
export type Measure = (typeof measures)[number];

/**
 * What the figures speak of. `like_these`: the LLM with this prompt, on documents like these. `this_corpus`: exactly the
 * corpus from which the sample was drawn, with the finite-population correction. `drawn_sample`: only of a round whose
 * documents were drawn from those of an earlier draw; exactly the documents of that draw.
 */
export const targets = ["like_these", "this_corpus", "drawn_sample"] as const;
export type Target = (typeof targets)[number];

export const qualityQuery = z.object({
  /** the labelling run; left out: the newest one of the round's draw that has ended */
  labelling: z.uuid().optional(),
  target: z.enum(targets).default("like_these"),
});
export type QualityQuery = z.infer<typeof qualityQuery>;

const intervalSchema = z.object({ lower: z.number(), upper: z.number() });
export const estimateSchema = z.object({
  value: z.number(),
  standardError: z.number(),
  interval: intervalSchema,
  level: z.number(),
  n: z.number().int(),
  method: z.string(),
});
export type EstimateView = z.infer<typeof estimateSchema>;

/** Why there is no figure: a code of messages/LOCALE/quality.json under "problems", and the strata that it is about. */
export const problemSchema = z.object({ code: z.string(), strata: z.array(z.string()) });
export type FigureProblem = z.infer<typeof problemSchema>;

export const measureSchema = z.object({
  estimate: estimateSchema.nullable(),
  /** the figure if all unsettled documents went against it or all spoke for it, with the outer confidence limits of both */
  unsettled: z.object({ values: intervalSchema, limits: intervalSchema }).nullable(),
});

export const llmOutcomes = ["medical", "non_medical", "unusable"] as const;
export type LlmOutcome = (typeof llmOutcomes)[number];

export const confusionRowSchema = z.object({
  outcome: z.enum(llmOutcomes),
  /** documents, by what people settled on */
  medical: z.number().int(),
  non_medical: z.number().int(),
  unsettled: z.number().int(),
  /** shares of the corpus that settled documents stand for; null where a stratum has none */
  medicalShare: z.number().nullable(),
  nonMedicalShare: z.number().nullable(),
});
export type ConfusionRow = z.infer<typeof confusionRowSchema>;

export const stratumQualitySchema = z.object({
  key: z.string(),
  /** documents in the corpus; where documents were drawn in two phases, in the first phase's draw */
  populationSize: z.number().int(),
  /** share of what the figures speak of; they weight by it */
  weight: z.number(),
  sampleSize: z.number().int(),
  settled: z.number().int(),
  unsettled: z.number().int(),
});

export const labellingChoiceSchema = z.object({
  id: z.uuid(),
  model: z.string(),
  promptLanguage: z.string(),
  promptVersion: z.number().int(),
  local: z.boolean(),
  labelled: z.number().int(),
  total: z.number().int(),
  createdAt: z.iso.datetime(),
  /** `running`: figures come when it has ended; `counting`: they come within seconds; `counted` */
  state: z.enum(["running", "counting", "counted"]),
});
export type LabellingChoice = z.infer<typeof labellingChoiceSchema>;

export const labelQualitySchema = z.object({
  labellingRunId: z.uuid(),
  target: z.enum(targets),
  /** drawn from an earlier draw's documents: the first phase's variance is part of every figure but `drawn_sample`'s */
  twoPhases: z.boolean(),
  /** documents that people have decided and that this run has labelled, and those that it has not */
  compared: z.number().int(),
  unlabelled: z.number().int(),
  confusion: z.array(confusionRowSchema),
  strata: z.array(stratumQualitySchema),
  figures: z.record(z.enum(measures), measureSchema),
  problem: problemSchema.nullable(),
});
export type LabelQuality = z.infer<typeof labelQualitySchema>;

const withProblem = { estimate: estimateSchema.nullable(), problem: problemSchema.nullable() };
export const coefficients = ["alpha", "ac1", "observed", "medical", "nonMedical"] as const;

export const agreementSchema = z.object({
  /** documents decided by one person, and by two or more */
  single: z.number().int(),
  double: z.number().int(),
  figures: z.record(z.enum(coefficients), z.object(withProblem)),
  /** Cohen's κ of each pair; names only for owners, letters for others */
  pairs: z.array(z.object({ first: z.string(), second: z.string(), items: z.number().int(), ...withProblem })),
});
export type Agreement = z.infer<typeof agreementSchema>;

/** Per person; names only for owners, letters for others. */
export const consistencySchema = z.array(
  z.object({ person: z.string(), repeats: z.number().int(), same: z.number().int(), share: estimateSchema }),
);
export type Consistency = z.infer<typeof consistencySchema>;

export const goldKindsSchema = z.object({
  adjudicated: z.number().int(),
  agreed: z.number().int(),
  single: z.number().int(),
  unsettled: z.number().int(),
});
export type GoldKinds = z.infer<typeof goldKindsSchema>;

export const qualitySchema = z.object({
  round: z.object({
    id: z.uuid(),
    name: z.string(),
    state: z.enum(roundStates),
    items: z.number().int(),
    wanted: z.number().int(),
    decided: z.number().int(),
    /** nobody knows how the documents were chosen: figures speak of them only */
    convenience: z.boolean(),
    /** documents that have at least one decision */
    documents: z.number().int(),
  }),
  /** documents by how their gold label came about */
  gold: goldKindsSchema,
  /** documents that wait for adjudication */
  contested: z.number().int(),
  labellings: z.array(labellingChoiceSchema),
  /** the labelling run that is looked at */
  labelling: z.uuid().nullable(),
  labelQuality: labelQualitySchema.nullable(),
  agreement: agreementSchema,
  consistency: consistencySchema,
});
export type Quality = z.infer<typeof qualitySchema>;
