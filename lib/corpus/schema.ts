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
  /** of a filtered corpus: what the classifier gave it */
  score: z.number().nullable(),
  previous: documentPositionSchema.nullable(),
  next: documentPositionSchema.nullable(),
});
export type CorpusDocument = z.infer<typeof documentSchema>;

const sampleSize = z.number().int().min(1).max(200_000);

/** How a sample is drawn; immutable once drawn. */
export const sampleDesignSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("simple"), size: sampleSize }),
  z.strictObject({
    kind: z.literal("stratified"),
    size: sampleSize,
    by: z
      .array(z.enum(["length", "source"]))
      .min(1)
      .max(2),
    allocation: z.enum(["proportional", "equal"]),
    /** ends of the length bands, in characters, ascending */
    lengthEdges: z.array(z.number().int().min(1).max(10_000_000)).min(1).max(10).default([1000, 5000]),
  }),
]);
export type SampleDesign = z.output<typeof sampleDesignSchema>;

export const stratumSchema = z.object({
  key: z.string(),
  populationSize: z.number().int(),
  sampleSize: z.number().int(),
});
export type StratumView = z.infer<typeof stratumSchema>;

export const createSampleSchema = z.object({
  name: z.string().trim().min(1).max(120),
  corpusId: z.uuid(),
  seed: z.number().int().min(0).max(2_147_483_647).default(1),
  design: sampleDesignSchema,
});
export type CreateSample = z.output<typeof createSampleSchema>;

export const samplePreviewSchema = z.object({ corpusId: z.uuid(), design: sampleDesignSchema });

export const sampleSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  corpusId: z.uuid(),
  corpusName: z.string(),
  state: z.enum(["drawing", "ready", "failed"]),
  design: sampleDesignSchema,
  seed: z.number().int(),
  /** items asked for, and drawn so far */
  size: z.number().int(),
  drawn: z.number().int(),
  strata: z.array(stratumSchema),
  failureCode: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type SampleSummary = z.infer<typeof sampleSchema>;

export const sampleItemSchema = z.object({
  id: z.uuid(),
  position: z.number().int(),
  documentId: z.string(),
  text: z.string(),
  characters: z.number().int(),
  source: z.string().nullable(),
  stratum: z.string(),
  inclusionProbability: z.number(),
  /** other items of the sample that are near-duplicates of it */
  nearDuplicates: z.number().int(),
});
export type SampleItem = z.infer<typeof sampleItemSchema>;
