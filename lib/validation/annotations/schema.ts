import { z } from "zod";
import { importStates, rejectCodes } from "@/lib/corpus/schema";
import { decisionLabels } from "../schema";

export const annotationFormats = ["json", "lines", "table"] as const;
export type AnnotationFormat = (typeof annotationFormats)[number];

/** Why an entry of the file, or a part of it, was left out; stable. Sentences in messages/LOCALE/annotations.json. */
export const annotationRejectCodes = [
  ...rejectCodes,
  "file_truncated",
  "columns_differ",
  "same_id_other_text",
  "spans",
  "control_unsupported",
  "cancelled",
  "empty_annotation",
  "labels_left_out",
  "labels_conflict",
] as const;
export const annotationRejectSchema = z.enum(annotationRejectCodes);
export type AnnotationRejectCode = (typeof annotationRejectCodes)[number];

/** Why nothing could be imported at all. Sentences under "failures". */
export const annotationFailures = [
  "file_empty",
  "file_missing",
  "file_not_unicode",
  "annotations_unreadable",
  "annotations_only_spans",
  "annotations_none",
  "annotations_too_many",
  "store_full",
  "unexpected",
] as const;
export type AnnotationFailureCode = (typeof annotationFailures)[number];

export const meaningSchema = z.enum(decisionLabels);
export type Meaning = z.infer<typeof meaningSchema>;

/** A label as the file has it: the name of its control or column, and its value. */
const found = { control: z.string().max(500), label: z.string().max(500) };
export const foundLabelSchema = z.object({
  ...found,
  count: z.number().int(),
  suggestion: meaningSchema.nullable(),
});
export type FoundLabel = z.infer<typeof foundLabelSchema>;

export const mappingSchema = z
  .array(z.strictObject({ ...found, meaning: meaningSchema.nullable() }))
  .min(1)
  .max(1000);
export type Mapping = z.infer<typeof mappingSchema>;

export const annotationRejectLine = z.object({
  line: z.number().int(),
  code: annotationRejectSchema,
  excerpt: z.string(),
});
export const rejectCountsSchema = z.partialRecord(annotationRejectSchema, z.number().int());

export const previewAnnotationsSchema = z.strictObject({ uploadId: z.uuid() });
export const annotationPreviewSchema = z.object({
  fileName: z.string(),
  format: z.enum(annotationFormats),
  /** tasks, lines or rows; their annotations; and different annotators */
  entries: z.number().int(),
  annotations: z.number().int(),
  people: z.number().int(),
  /** annotations that name nobody: they count as one person's */
  unnamed: z.number().int(),
  labels: z.array(foundLabelSchema),
  /** what the import will leave out, and the first of it */
  rejectedByCode: rejectCountsSchema,
  rejectedLines: z.array(annotationRejectLine),
});
export type AnnotationPreview = z.infer<typeof annotationPreviewSchema>;

export const startAnnotationImportSchema = z
  .strictObject({ uploadId: z.uuid(), name: z.string().trim().min(1).max(120), mapping: mappingSchema })
  .refine(({ mapping }) => mapping.some(({ meaning }) => meaning !== null), {
    params: { code: "annotation_mapping_empty" },
    path: ["mapping"],
  });
export type StartAnnotationImport = z.infer<typeof startAnnotationImportSchema>;

export const annotationImportParams = z.object({ studyId: z.uuid(), importId: z.uuid() });
export const annotationImportSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  fileName: z.string(),
  state: z.enum(importStates),
  roundId: z.uuid().nullable(),
  bytesTotal: z.number(),
  bytesRead: z.number(),
  documents: z.number().int(),
  decisions: z.number().int(),
  people: z.number().int(),
  rejected: z.number().int(),
  rejectedByCode: rejectCountsSchema,
  rejectedLines: z.array(annotationRejectLine),
  failureCode: z.enum(annotationFailures).nullable(),
  createdAt: z.iso.datetime(),
});
export type AnnotationImportView = z.infer<typeof annotationImportSchema>;
