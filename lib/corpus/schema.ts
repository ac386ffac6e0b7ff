import { z } from "zod";

/** What a column of an imported file may be to us. Every other column is kept among the document's attributes. */
export const columnRoles = ["text", "id", "source", "url", "language", "gold"] as const;
export type ColumnRole = (typeof columnRoles)[number];

const columnName = z.string().min(1).max(500);
const optionalColumn = columnName.nullable().default(null);
/** Which column of the file is what; null where it has none. */
export const columnMappingSchema = z.strictObject({
  text: columnName,
  id: optionalColumn,
  source: optionalColumn,
  url: optionalColumn,
  language: optionalColumn,
  gold: optionalColumn,
});
export type ColumnMapping = z.infer<typeof columnMappingSchema>;

export const importSourceSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("upload"), uploadId: z.uuid() }),
  z.strictObject({ kind: z.literal("path"), path: z.string().min(1).max(4096) }),
]);
export type ImportSource = z.infer<typeof importSourceSchema>;

export const fileFormats = ["jsonl", "jsonl.gz", "parquet"] as const;
export const fileFormatSchema = z.enum(fileFormats);
export type FileFormat = z.infer<typeof fileFormatSchema>;

/** Why a line was refused; stable. Sentences stand in messages/LOCALE/corpora.json under "rejectCodes". */
export const rejectCodes = [
  "line_too_long",
  "invalid_utf8",
  "not_json",
  "not_an_object",
  "text_missing",
  "text_not_text",
  "text_empty",
  "text_too_long",
  "nul_character",
  "id_not_text",
  "id_too_long",
  "field_not_text",
  "field_too_long",
  "attributes_too_large",
  "duplicate_id",
  "duplicate_text",
] as const;
export const rejectCodeSchema = z.enum(rejectCodes);
export type RejectCode = z.infer<typeof rejectCodeSchema>;

/** Why an import ended without a corpus; stable. Sentences under "failureCodes". */
export const importFailureCodes = [
  "file_missing",
  "file_empty",
  "file_damaged",
  "file_unpacks_too_large",
  "file_not_gzip",
  "file_not_parquet",
  "parquet_invalid_text",
  "format_unknown",
  "column_missing",
  "column_not_text",
  "no_document_kept",
  "store_full",
  "unexpected",
] as const;
export type ImportFailureCode = (typeof importFailureCodes)[number];

export const corpusStates = ["importing", "ready", "failed"] as const;
export const importStates = ["queued", "running", "succeeded", "failed", "cancelled"] as const;

export const lengthBinSchema = z.object({
  from: z.number().int(),
  to: z.number().int(),
  documents: z.number().int(),
});
export const valueCountSchema = z.object({ value: z.string().nullable(), documents: z.number().int() });
export type ValueCount = z.infer<typeof valueCountSchema>;

/** What is known of a corpus's documents once it lies in the store. */
export const corpusDescriptionSchema = z.object({
  documents: z.number().int(),
  /** Unicode code points */
  characters: z.number(),
  bytes: z.number(),
  /** `from` ≤ characters < `to` */
  lengthHistogram: z.array(lengthBinSchema),
  /** the hundred most frequent, most frequent first; null: the document names none */
  sources: z.array(valueCountSchema),
  languages: z.array(valueCountSchema),
  /** documents whose text an earlier one has as well */
  duplicateTexts: z.number().int(),
});
export type CorpusDescription = z.infer<typeof corpusDescriptionSchema>;

export const importSchema = z.object({
  id: z.uuid(),
  corpusId: z.uuid(),
  corpusName: z.string(),
  state: z.enum(importStates),
  fileName: z.string(),
  columns: columnMappingSchema,
  bytesTotal: z.number(),
  bytesRead: z.number(),
  documents: z.number().int(),
  rejected: z.number().int(),
  rejectedByCode: z.partialRecord(rejectCodeSchema, z.number().int()),
  failureCode: z.enum(importFailureCodes).nullable(),
  failureDetail: z.string().nullable(),
  /** estimated from the bytes read so far; null: not known */
  secondsLeft: z.number().nullable(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type ImportView = z.infer<typeof importSchema>;

export const corpusSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  state: z.enum(corpusStates),
  documents: z.number().int(),
  characters: z.number(),
  bytes: z.number(),
  samples: z.number().int(),
  /** the classify-corpus run that made it */
  madeByRunId: z.uuid().nullable(),
  createdAt: z.iso.datetime(),
  import: importSchema.nullable(),
});
export type CorpusSummary = z.infer<typeof corpusSchema>;

export const corpusDetailSchema = corpusSchema.extend({
  address: z.string(),
  digest: z.string().nullable(),
  lengthHistogram: z.array(lengthBinSchema),
  sources: z.array(valueCountSchema),
  languages: z.array(valueCountSchema),
  duplicateTexts: z.number().int(),
});
export type CorpusDetail = z.infer<typeof corpusDetailSchema>;

export const startImportSchema = z.strictObject({
  source: importSourceSchema,
  name: z.string().trim().min(1).max(120),
  description: z.string().trim().max(2000).default(""),
  columns: columnMappingSchema,
});
export type StartImportInput = z.infer<typeof startImportSchema>;

export const uploadSchema = z.object({
  uploadId: z.uuid(),
  fileName: z.string(),
  bytes: z.number(),
  received: z.number(),
});

export const serverFileSchema = z.object({ path: z.string(), bytes: z.number() });

export const previewColumnSchema = z.object({
  name: z.string(),
  /** kinds of value seen in the first lines, or the Parquet type */
  kinds: z.array(z.string()),
  meanCharacters: z.number(),
  example: z.string(),
});
export type PreviewColumn = z.infer<typeof previewColumnSchema>;
export const importPreviewSchema = z.object({
  fileName: z.string(),
  bytes: z.number(),
  format: fileFormatSchema,
  columns: z.array(previewColumnSchema),
  /** text is null where no column looks like it */
  guess: columnMappingSchema.extend({ text: columnName.nullable() }),
  linesRead: z.number().int(),
  /** of the first lines, those that are no JSON object at all */
  unreadable: z.array(z.object({ line: z.number().int(), code: rejectCodeSchema, excerpt: z.string() })),
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

export const rejectedLineSchema = z.object({ line: z.number(), code: rejectCodeSchema, excerpt: z.string() });
export type RejectedLineView = z.infer<typeof rejectedLineSchema>;

/** Where a document lies: number of the shard and row within it. Fixed once the corpus is ready. */
export const documentPositionSchema = z.string().regex(/^\d{1,6}-\d{1,12}$/);

export const documentExcerptSchema = z.object({
  position: documentPositionSchema,
  id: z.string(),
  /** the text's beginning, or what surrounds the first match of the search */
  excerpt: z.string(),
  source: z.string().nullable(),
  language: z.string().nullable(),
  characters: z.number().int(),
});
export type DocumentExcerpt = z.infer<typeof documentExcerptSchema>;

export const documentSchema = z.object({
  position: documentPositionSchema,
  id: z.string(),
  text: z.string(),
  source: z.string().nullable(),
  url: z.string().nullable(),
  language: z.string().nullable(),
  characters: z.number().int(),
  attributes: z.record(z.string(), z.json()),
  /** of a filtered corpus: what the classifier gave it; null also where it is kept from the caller */
  score: z.number().nullable(),
  previous: documentPositionSchema.nullable(),
  next: documentPositionSchema.nullable(),
});
export type CorpusDocument = z.infer<typeof documentSchema>;

const sampleSize = z.number().int().min(1).max(500_000);
const seed = z.number().int().min(0).max(2_147_483_647);
const share = z.number().min(0).max(1);

/** By what the documents of a corpus can be stratified; `score` where a classifier gave them one. */
export const corpusTraits = ["length", "source", "language", "score"] as const;
/** And the documents of a labelled draw: by the LLM's label, and by how probable it held "medical". */
export const drawTraits = [...corpusTraits, "llm", "confidence"] as const;
export type CorpusTrait = (typeof corpusTraits)[number];
export type DrawTrait = (typeof drawTraits)[number];

/**
 * `neyman`: smallest expected variance of the share of medical documents. `f1`: smallest expected variance of F1. Both are
 * computed from the assumptions (lib/stats/planning).
 */
export const allocations = ["proportional", "equal", "neyman", "f1"] as const;
export type Allocation = (typeof allocations)[number];

/** What is assumed of the labels before people judge them; shares. */
export const assumptionsSchema = z.strictObject({ prevalence: share, precision: share, recall: share });
export type PlanAssumptions = z.infer<typeof assumptionsSchema>;
/** The share of medical pages in German web text, and labels of middling quality. */
export const usualAssumptions: PlanAssumptions = { prevalence: 0.02, precision: 0.9, recall: 0.8 };

const unique = <T>(values: T[]) => new Set(values).size === values.length;
/** Ends of bands, ascending. */
const lengthEdges = z.array(z.number().int().min(1).max(10_000_000)).min(1).max(10).default([1000, 5000]);
const shareEdges = z.array(z.number().gt(0).lt(1)).min(1).max(10);
const bands = {
  allocation: z.enum(allocations),
  /** in characters */
  lengthEdges,
  /** of the classifier's score, 0 to 1 */
  scoreEdges: shareEdges.default([0.5, 0.9]),
  assumptions: assumptionsSchema.default(usualAssumptions),
};

/** How a sample is drawn from a corpus; immutable once drawn. */
export const sampleDesignSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("simple"), size: sampleSize }),
  z.strictObject({
    kind: z.literal("stratified"),
    size: sampleSize,
    by: z.array(z.enum(corpusTraits)).min(1).max(corpusTraits.length).refine(unique),
    ...bands,
  }),
]);
export type SampleDesign = z.output<typeof sampleDesignSchema>;

/**
 * How a second phase is drawn from an earlier draw: its strata lie within those of that draw, cut further by traits of the
 * documents and by the labels that a labelling run gave them.
 */
export const subsampleDesignSchema = z.strictObject({
  kind: z.literal("subsample"),
  drawId: z.uuid(),
  /** of the permanent random numbers; the sample's own seed takes the documents that it drew first */
  seed,
  size: sampleSize,
  by: z.array(z.enum(drawTraits)).max(drawTraits.length).refine(unique),
  /** whose labels; null: none are used */
  labellingRunId: z.uuid().nullable().default(null),
  /** of the probability of "medical" */
  confidenceEdges: shareEdges.default([0.1, 0.5, 0.9]),
  /** an earlier round of the same sample: what people settled on in it enters the allocation */
  priorRoundId: z.uuid().nullable().default(null),
  ...bands,
});
export type SubsampleDesign = z.output<typeof subsampleDesignSchema>;

/** More documents by the design of an earlier draw. */
export const extensionDesignSchema = z.strictObject({
  kind: z.literal("extension"),
  drawId: z.uuid(),
  size: sampleSize,
});
export type ExtensionDesign = z.output<typeof extensionDesignSchema>;

/** Documents that somebody brought in: nobody knows how likely each was, so no figure speaks of more than these. */
export const convenienceDesignSchema = z.strictObject({ kind: z.literal("convenience"), size: sampleSize });

/** What a draw was drawn by: an extension has the design of what it extends, with its own size. */
export const drawDesignSchema = z.union([sampleDesignSchema, subsampleDesignSchema, convenienceDesignSchema]);

export const stratumSchema = z.object({
  key: z.string(),
  populationSize: z.number().int(),
  sampleSize: z.number().int(),
});
export type StratumView = z.infer<typeof stratumSchema>;

export const createSampleSchema = z.object({
  name: z.string().trim().min(1).max(120),
  corpusId: z.uuid(),
  seed: seed.default(1),
  design: sampleDesignSchema,
});
export type CreateSample = z.output<typeof createSampleSchema>;

export const createDrawSchema = z.discriminatedUnion("kind", [subsampleDesignSchema, extensionDesignSchema]);
export type CreateDraw = z.output<typeof createDrawSchema>;

/** What people's work is planned with. */
export const planOptionsSchema = z.strictObject({
  assumptions: assumptionsSchema.default(usualAssumptions),
  /** share of documents that two people decide */
  doubleShare: share.default(0.2),
  /** minutes that a person needs for one decision; null: as measured in the study, else an assumption */
  minutesPerLabel: z.number().gt(0).max(600).nullable().default(null),
});
export type PlanOptions = z.output<typeof planOptionsSchema>;

const plan = planOptionsSchema.optional();
export const samplePreviewSchema = z.union([
  z.strictObject({ corpusId: z.uuid(), design: sampleDesignSchema, plan }),
  z.strictObject({ design: createDrawSchema, plan }),
]);
export type SamplePreview = z.output<typeof samplePreviewSchema>;

const halfWidths = { precision: z.number(), recall: z.number(), f1: z.number() };
/** What a sample of this size and allocation is expected to bring; half-widths are (upper − lower) / 2 of 95 % intervals. */
export const samplePlanSchema = z.object({
  /** as read; where an LLM's labels are known, prevalence follows from them, precision and recall */
  assumptions: assumptionsSchema.extend({ prevalenceFollows: z.boolean() }),
  /** `linearised`: by formula, since the design has too many strata to simulate; too small for rare kinds */
  method: z.enum(["simulated", "linearised"]),
  halfWidths: z.object(halfWidths),
  /** of F1's interval that holds however often one looks; null where the strata are too many */
  anytimeF1: z.number().nullable(),
  /** the same for other sizes, ascending */
  curve: z.array(z.object({ size: z.number().int(), ...halfWidths })),
  decisions: z.number().int(),
  minutesPerLabel: z.number(),
  /** `measured`: in this study; `given`: by the caller */
  pace: z.enum(["measured", "assumed", "given"]),
  personHours: z.number(),
});
export type SamplePlan = z.infer<typeof samplePlanSchema>;

export const drawSchema = z.object({
  id: z.uuid(),
  number: z.number().int(),
  design: drawDesignSchema,
  size: z.number().int(),
  /** number of the draw from whose documents it was drawn; null: from the corpus */
  parent: z.number().int().nullable(),
  /** number of the draw that it extends */
  extends: z.number().int().nullable(),
  /** its documents are still being drawn */
  pending: z.boolean(),
  rounds: z.number().int(),
  labellingRuns: z.number().int(),
  createdAt: z.iso.datetime(),
});
export type DrawView = z.infer<typeof drawSchema>;

export const sampleSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  corpusId: z.uuid(),
  corpusName: z.string(),
  state: z.enum(["drawing", "ready", "failed", "extending"]),
  /** of the draw that is looked at: design, size, drawn, strata */
  draw: z.number().int(),
  design: drawDesignSchema,
  seed: z.number().int(),
  /** items asked for, and drawn so far */
  size: z.number().int(),
  drawn: z.number().int(),
  strata: z.array(stratumSchema),
  failureCode: z.string().nullable(),
  createdAt: z.iso.datetime(),
  draws: z.array(drawSchema),
});
export type SampleSummary = z.infer<typeof sampleSchema>;

export const sampleItemSchema = z.object({
  id: z.uuid(),
  position: z.number().int(),
  documentId: z.string(),
  text: z.string(),
  characters: z.number().int(),
  source: z.string().nullable(),
  /** null, as is the probability: kept from the caller, who still decides on the document */
  stratum: z.string().nullable(),
  /** null: of a convenience sample, too */
  inclusionProbability: z.number().nullable(),
  /** other items of the sample that are near-duplicates of it */
  nearDuplicates: z.number().int(),
});
export type SampleItem = z.infer<typeof sampleItemSchema>;
