import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  classifiedTextSchema,
  classifierDetailSchema,
  classifierSchema,
  classifyTextSchema,
  inspectionSchema,
  scoredDocumentSchema,
  startFilteringSchema,
  startTrainingSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });
const classifierParams = studyParams.extend({ classifierId: z.uuid() });
const threshold = z.coerce.number().min(0).max(1);

export const listClassifiersOperation = operation({
  id: "classifiers.list",
  method: "GET",
  path: "/studies/{studyId}/classifiers",
  summary: "Classifiers with precision, recall and F1 at their threshold",
  access: { kind: "study", permission: "classifiers.read" },
  params: studyParams,
  response: z.object({ classifiers: z.array(classifierSchema) }),
});

export const startTrainingOperation = operation({
  id: "classifiers.train",
  method: "POST",
  path: "/studies/{studyId}/classifiers",
  summary: "Freeze a label set and train a classifier on it",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: startTrainingSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});

export const readClassifierOperation = operation({
  id: "classifiers.read",
  method: "GET",
  path: "/studies/{studyId}/classifiers/{classifierId}",
  summary: "A classifier with its curve, figures, confusion and score histogram on the test part",
  access: { kind: "study", permission: "classifiers.read" },
  params: classifierParams,
  response: classifierDetailSchema,
});

export const inspectClassifierOperation = operation({
  id: "classifiers.inspect",
  method: "GET",
  path: "/studies/{studyId}/classifiers/{classifierId}/inspection",
  summary: "Figures and confusion at any threshold",
  access: { kind: "study", permission: "classifiers.read" },
  params: classifierParams,
  query: z.object({ threshold }),
  response: inspectionSchema,
});

export const setThresholdOperation = operation({
  id: "classifiers.threshold",
  method: "PUT",
  path: "/studies/{studyId}/classifiers/{classifierId}/threshold",
  summary: "Choose the operating point, with the reason",
  access: { kind: "study", permission: "classifiers.change" },
  params: classifierParams,
  body: z.object({ threshold: z.number().min(0).max(1), reason: z.string().trim().min(3).max(1000) }),
});

export const listErrorsOperation = operation({
  id: "classifiers.errors",
  method: "GET",
  path: "/studies/{studyId}/classifiers/{classifierId}/errors",
  summary: "False positives or false negatives of the test part, to read",
  access: { kind: "study", permission: "classifiers.read" },
  params: classifierParams,
  query: z.object({
    kind: z.enum(["false-positive", "false-negative"]),
    threshold: threshold.optional(),
    offset: z.coerce.number().int().min(0).optional(),
  }),
  response: z.object({
    documents: z.array(scoredDocumentSchema),
    next: z.number().int().nullable(),
    /** some documents of the test part are left out, since the caller still decides on them */
    kept: z.boolean(),
  }),
});

export const classifyTextOperation = operation({
  id: "classifiers.classify",
  method: "POST",
  path: "/studies/{studyId}/classifiers/{classifierId}/classify",
  summary: "Classify a text in the studio itself",
  access: { kind: "study", permission: "classifiers.read" },
  params: classifierParams,
  body: classifyTextSchema,
  response: classifiedTextSchema,
});

export const startFilteringOperation = operation({
  id: "filtering.start",
  method: "POST",
  path: "/studies/{studyId}/filtering",
  summary: "Classify a corpus and keep what reaches the threshold",
  access: { kind: "study", permission: "runs.start" },
  params: studyParams,
  body: startFilteringSchema,
  response: z.object({ id: z.uuid() }),
  status: 201,
});
