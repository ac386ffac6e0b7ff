import { z } from "zod";
import { paceSchema } from "../pace/schema";
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
  /** how often a person errs, as a share; left out: from how often people disagree */
  error: z.coerce.number().min(0).max(0.49).optional(),
  /** a second labelling run, to be compared with the first on the same documents */
  second: z.uuid().optional(),
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
  /**
   * the figure if all unsettled documents went against it or all spoke for it, with the outer confidence limits of both;
   * also where that leaves no estimate
   */
  unsettled: z.object({ values: intervalSchema, limits: intervalSchema }).nullable(),
  /** documents that a simple random sample would need for the same standard error; null where nothing varies */
  effectiveSize: z.number().nullable(),
});

/** Prevalence of medical documents from all of a labelling run's labels on the draw, corrected by people's (PPI++). */
export const predictionPoweredSchema = z.object({
  estimate: estimateSchema.extend({ lambda: z.number() }).nullable(),
  /** documents that people settled, and those that only the LLM has labelled */
  labelled: z.number().int(),
  unlabelled: z.number().int(),
  problem: problemSchema.nullable(),
});
export type PredictionPowered = z.infer<typeof predictionPoweredSchema>;

/** Where the assumed error rate of a person comes from. */
export const errorBases = ["chosen", "agreement", "repeats", "assumed"] as const;
export const labelErrorsSchema = z.object({
  /** share of documents on which a person errs; its interval where it was estimated from `documents` */
  personError: z.number(),
  interval: intervalSchema.nullable(),
  basis: z.enum(errorBases),
  documents: z.number().int(),
  /** share of what counts as right (adjudicated, agreed, single) that is wrong then */
  labelError: z.number(),
  /** the largest such share at random that the counts allow */
  mostAtRandom: z.number(),
  figures: z.record(
    z.enum(measures),
    z.object({
      observed: z.number().nullable(),
      /** if errors have nothing to do with what the LLM said */
      atRandom: z.number().nullable(),
      /** lowest and highest, wherever the errors are */
      bounds: intervalSchema.nullable(),
    }),
  ),
});
export type LabelErrors = z.infer<typeof labelErrorsSchema>;

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
  predictionPowered: predictionPoweredSchema,
  /** null while a stratum has no settled document */
  labelErrors: labelErrorsSchema.nullable(),
  /**
   * F1's interval (95 %) when the stop rule ended the round, from the first documents of its queue: after looking again and
   * again it holds, and that of `figures` is too narrow. Null: no rule has ended the round, or one about other labels
   */
  stopRule: intervalSchema.extend({ halfWidth: z.number(), documents: z.number().int() }).nullable(),
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
  /** Cohen's κ of each pair; names only for owners, the pseudonyms of the round's export for others and in files */
  pairs: z.array(z.object({ first: z.string(), second: z.string(), items: z.number().int(), ...withProblem })),
});
export type Agreement = z.infer<typeof agreementSchema>;

/** Per person, named as in `agreement`. */
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

/** Measures that make sense in a part of the documents, or of two labelling runs side by side. */
export const partMeasures = ["f1", "precision", "recall"] as const;
export type PartMeasure = (typeof partMeasures)[number];

export const partSchema = z.object({
  /** `others`: several sources pooled; `none`: documents that name no source */
  kind: z.enum(["stratum", "source", "others", "none"]),
  /** the stratum's key or the source; empty otherwise */
  key: z.string(),
  /** how many sources it pools */
  sources: z.number().int(),
  /** settled documents, unweighted; an unusable answer counts as non-medical */
  truePositive: z.number().int(),
  falsePositive: z.number().int(),
  falseNegative: z.number().int(),
  trueNegative: z.number().int(),
  unsettled: z.number().int(),
  figures: z.record(z.enum(partMeasures), estimateSchema.nullable()),
  problem: problemSchema.nullable(),
});
export type Part = z.infer<typeof partSchema>;

export const partsSchema = z.object({
  strata: z.array(partSchema),
  /** the most frequent sources, then all others; empty where documents name none */
  sources: z.array(partSchema),
});
export type Parts = z.infer<typeof partsSchema>;

export const comparisonQuery = qualityQuery.extend({ second: z.uuid() });
export const comparisonSchema = z.object({
  first: z.uuid(),
  second: z.uuid(),
  target: z.enum(targets),
  /** settled documents that both have labelled */
  documents: z.number().int(),
  /** documents on which the two runs say different things, by which of them people agree with */
  firstRight: z.number().int(),
  secondRight: z.number().int(),
  measures: z.record(
    z.enum(partMeasures),
    z.object({
      first: estimateSchema.nullable(),
      second: estimateSchema.nullable(),
      /** second − first */
      difference: estimateSchema.nullable(),
    }),
  ),
  problem: problemSchema.nullable(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** So many of the most disputed documents are listed, and so much of their texts is shown. */
export const mostDisputed = 20;
export const excerptCharacters = 160;

export const disputedDocumentSchema = z.object({
  /** in the queue; opens it among the decided documents of the round */
  position: z.number().int(),
  documentId: z.string(),
  excerpt: z.string(),
  /** counted decisions, and how many of them differ from the most frequent one */
  decisions: z.number().int(),
  differing: z.number().int(),
  flags: z.number().int(),
  notes: z.number().int(),
  gold: z.enum(["medical", "non_medical", "unsettled"]),
});
export type DisputedDocument = z.infer<typeof disputedDocumentSchema>;
export const disputedSchema = z.object({ documents: z.array(disputedDocumentSchema) });

/** Shares of decisions that should not move while people decide, since the queue is shuffled. */
export const driftMeasures = ["medical", "llm", "gold"] as const;
export type DriftMeasure = (typeof driftMeasures)[number];

export const driftSchema = z.object({
  /** current decisions that count, in the order in which they were made */
  decisions: z.number().int(),
  /** into so many equal parts that order is cut, at most ten; 0: there are too few decisions */
  parts: z.number().int(),
  measures: z.record(
    z.enum(driftMeasures),
    z.object({
      /** from the first part to the last; null: no decision in it can be counted */
      shares: z.array(estimateSchema.nullable()),
      /** change of the share from the first part to the last, compared within each person; null: nothing varies */
      trend: z
        .object({
          change: z.number(),
          interval: intervalSchema,
          z: z.number(),
          pValue: z.number(),
          n: z.number().int(),
        })
        .nullable(),
    }),
  ),
});
export type Drift = z.infer<typeof driftSchema>;

/** `off`: the study does not show it; `owners`: it does, but not to the caller. */
export const paceViewSchema = z.object({
  shown: z.enum(["off", "owners", "shown"]),
  people: z.array(
    z.object({
      personId: z.uuid(),
      person: z.string(),
      pace: paceSchema,
      /** the person's own decisions in their order, cut into at most ten equal parts */
      parts: z.array(paceSchema),
    }),
  ),
});
export type PaceView = z.infer<typeof paceViewSchema>;

/** Everything of the page in one file. */
export const completeQualitySchema = z.object({
  quality: qualitySchema,
  parts: partsSchema.nullable(),
  comparison: comparisonSchema.nullable(),
  disputed: z.array(disputedDocumentSchema).nullable(),
  drift: driftSchema,
});
export type CompleteQuality = z.infer<typeof completeQualitySchema>;
