import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  annotationImportParams,
  annotationImportSchema,
  annotationPreviewSchema,
  previewAnnotationsSchema,
  startAnnotationImportSchema,
} from "./annotations/schema";
import { exportQuery } from "./export/schema";
import { changeHighlightWordsSchema, highlightWordsResponse } from "./highlight/schema";
import { ownRecordSchema } from "./own-record/schema";
import { showPaceSchema } from "./pace/schema";
import {
  comparisonQuery,
  comparisonSchema,
  completeQualitySchema,
  disputedSchema,
  driftSchema,
  paceViewSchema,
  partsSchema,
  qualityQuery,
  qualitySchema,
} from "./quality/schema";
import { roundPlanSchema } from "./sampling/schema";
import {
  assignmentSchema,
  changeRoundSchema,
  claimedItemsSchema,
  claimItemsSchema,
  createRoundSchema,
  decidedItemsQuery,
  decidedItemsSchema,
  decisionResultSchema,
  releaseClaimsSchema,
  roundDetailSchema,
  roundParams,
  roundSchema,
  skipItemSchema,
  submitDecisionsSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });

export const listRoundsOperation = operation({
  id: "rounds.list",
  method: "GET",
  path: "/studies/{studyId}/rounds",
  summary: "The validation rounds of a study, newest first",
  access: { kind: "study", permission: "rounds.read" },
  params: studyParams,
  response: z.object({ rounds: z.array(roundSchema) }),
});

export const createRoundOperation = operation({
  id: "rounds.create",
  method: "POST",
  path: "/studies/{studyId}/rounds",
  summary: "Make a validation round over a draw; it starts as a draft",
  access: { kind: "study", permission: "rounds.change" },
  params: studyParams,
  body: createRoundSchema,
  response: roundDetailSchema,
  status: 201,
});

export const readRoundOperation = operation({
  id: "rounds.read",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}",
  summary: "A validation round",
  access: { kind: "study", permission: "rounds.read" },
  params: roundParams,
  response: roundDetailSchema,
});

export const changeRoundOperation = operation({
  id: "rounds.change",
  method: "PATCH",
  path: "/studies/{studyId}/rounds/{roundId}",
  summary: "Change a draft, or add people to an open round",
  access: { kind: "study", permission: "rounds.change" },
  params: roundParams,
  body: changeRoundSchema,
  response: roundDetailSchema,
});

export const openRoundOperation = operation({
  id: "rounds.open",
  method: "POST",
  path: "/studies/{studyId}/rounds/{roundId}/open",
  summary: "Open a round: shuffle its queue and publish the hash of the assignment",
  access: { kind: "study", permission: "rounds.change" },
  params: roundParams,
  response: roundDetailSchema,
});

export const closeRoundOperation = operation({
  id: "rounds.close",
  method: "POST",
  path: "/studies/{studyId}/rounds/{roundId}/close",
  summary: "Close a round for good and publish the salt of its assignment",
  access: { kind: "study", permission: "rounds.change" },
  params: roundParams,
  response: roundDetailSchema,
});

export const readAssignmentOperation = operation({
  id: "rounds.assignment",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/assignment",
  summary: "The assignment of a closed round, hashed again: SHA-256 of salt and assignment",
  access: { kind: "study", permission: "rounds.read" },
  params: roundParams,
  response: assignmentSchema,
});

export const readHighlightWordsOperation = operation({
  id: "rounds.highlightWords",
  method: "GET",
  path: "/studies/{studyId}/highlight-words",
  summary: "The words that people of the study can have highlighted in documents",
  access: { kind: "study", permission: "rounds.read" },
  params: studyParams,
  response: highlightWordsResponse,
});

export const changeHighlightWordsOperation = operation({
  id: "rounds.changeHighlightWords",
  method: "PUT",
  path: "/studies/{studyId}/highlight-words",
  summary: "Change the words that people of the study can have highlighted in documents",
  access: { kind: "study", permission: "rounds.change" },
  params: studyParams,
  body: changeHighlightWordsSchema,
  response: highlightWordsResponse,
});

export const readShowPaceOperation = operation({
  id: "rounds.showPace",
  method: "GET",
  path: "/studies/{studyId}/show-pace",
  summary: "Whether owners see how long each person takes for a decision, and each person how long they took",
  access: { kind: "study", permission: "study.read" },
  params: studyParams,
  response: showPaceSchema,
});

export const changeShowPaceOperation = operation({
  id: "rounds.changeShowPace",
  method: "PUT",
  path: "/studies/{studyId}/show-pace",
  summary: "Turn on or off that owners see how long each person takes for a decision, and each person their own",
  access: { kind: "study", permission: "study.change" },
  params: studyParams,
  body: showPaceSchema,
  response: showPaceSchema,
});

export const readOwnRecordOperation = operation({
  id: "rounds.own",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/own",
  summary: "The caller's own consistency and pace in a round, once their part is done; null before",
  access: { kind: "study", permission: "rounds.decide" },
  params: roundParams,
  response: z.object({ record: ownRecordSchema.nullable() }),
});

export const claimItemsOperation = operation({
  id: "rounds.claim",
  method: "POST",
  path: "/studies/{studyId}/rounds/{roundId}/claims",
  summary: "Take the next documents of the queue; those already held come first",
  access: { kind: "study", permission: "rounds.decide" },
  params: roundParams,
  body: claimItemsSchema,
  response: claimedItemsSchema,
});

export const releaseClaimsOperation = operation({
  id: "rounds.release",
  method: "POST",
  path: "/studies/{studyId}/rounds/{roundId}/claims/release",
  summary: "Give back the documents that one holds",
  access: { kind: "study", permission: "rounds.decide" },
  params: roundParams,
  body: releaseClaimsSchema,
});

export const skipItemOperation = operation({
  id: "rounds.skip",
  method: "POST",
  path: "/studies/{studyId}/rounds/{roundId}/claims/skip",
  summary: "Give a document back; it returns after the others",
  access: { kind: "study", permission: "rounds.decide" },
  params: roundParams,
  body: skipItemSchema,
});

export const submitDecisionsOperation = operation({
  id: "rounds.decisions",
  method: "POST",
  path: "/studies/{studyId}/rounds/{roundId}/decisions",
  summary: "Keep decisions, each once by its idempotency key; a later one on the same document corrects the earlier",
  access: { kind: "study", permission: "rounds.decide" },
  params: roundParams,
  body: submitDecisionsSchema,
  response: z.object({ results: z.array(decisionResultSchema) }),
});

export const listDecidedItemsOperation = operation({
  id: "rounds.items",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/items",
  summary: "Decided documents of a closed round",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: decidedItemsQuery,
  response: decidedItemsSchema,
});

export const readQualityOperation = operation({
  id: "quality.read",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality",
  summary: "Label quality: the LLM's labels against people's, and people against each other",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: qualityQuery,
  response: qualitySchema,
});

export const readPartsOperation = operation({
  id: "quality.parts",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/parts",
  summary: "Label quality by stratum and by source",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: qualityQuery,
  response: z.object({ parts: partsSchema.nullable() }),
});

export const compareLabellingsOperation = operation({
  id: "quality.comparison",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/comparison",
  summary: "Two labelling runs on the same documents",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: comparisonQuery,
  response: z.object({ comparison: comparisonSchema.nullable() }),
});

export const readDriftOperation = operation({
  id: "quality.drift",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/drift",
  summary: "Whether what people decide moves over a round: share of medical, agreement with the LLM and with gold",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: qualityQuery,
  response: driftSchema,
});

export const readPaceOperation = operation({
  id: "quality.pace",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/pace",
  summary: "How long each person takes for a decision; for owners, where the study shows it",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  response: paceViewSchema,
});

export const listDisputedOperation = operation({
  id: "quality.disputed",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/disputed",
  summary: "The most disputed documents of a closed round",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  response: disputedSchema,
});

export const readCompleteQualityOperation = operation({
  id: "quality.complete",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/complete",
  summary: "All figures of the label quality, with parts, comparison and disputed documents",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: qualityQuery,
  response: completeQualitySchema,
});

export const planRoundOperation = operation({
  id: "rounds.plan",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/plan",
  summary:
    "How precise an open round is expected to become, when its stop rule is expected to end it, and the work until then",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  response: roundPlanSchema,
});

export const exportFiguresOperation = operation({
  id: "quality.figures",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/figures",
  summary: "The figures of the label quality as CSV",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: qualityQuery,
  file: { contentType: "text/csv" },
});

export const exportDetailsOperation = operation({
  id: "quality.details",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/details",
  summary: "The figures of the label quality in depth as CSV",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: qualityQuery,
  file: { contentType: "text/csv" },
});

export const exportConfusionOperation = operation({
  id: "quality.confusion",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/quality/confusion",
  summary: "The confusion matrix of the label quality as CSV",
  access: { kind: "study", permission: "quality.read" },
  params: roundParams,
  query: qualityQuery,
  file: { contentType: "text/csv" },
});

export const exportRoundOperation = operation({
  id: "rounds.export",
  method: "GET",
  path: "/studies/{studyId}/rounds/{roundId}/export",
  summary:
    "A round as a file: every document with its probability, LLM labels, gold and all decisions; or its data card. An open round's is interim",
  access: { kind: "study", permission: "rounds.export" },
  params: roundParams,
  query: exportQuery,
  file: { contentType: "application/octet-stream" },
});

export const previewAnnotationsOperation = operation({
  id: "annotations.preview",
  method: "POST",
  path: "/studies/{studyId}/annotation-imports/preview",
  summary: "The labels of an uploaded Label Studio or doccano export with their counts, and what can't be imported",
  access: { kind: "study", permission: "rounds.import" },
  params: studyParams,
  body: previewAnnotationsSchema,
  response: annotationPreviewSchema,
});

export const startAnnotationImportOperation = operation({
  id: "annotations.import",
  method: "POST",
  path: "/studies/{studyId}/annotation-imports",
  summary: "Import an uploaded Label Studio or doccano export as a closed round over a convenience sample",
  access: { kind: "study", permission: "rounds.import" },
  params: studyParams,
  body: startAnnotationImportSchema,
  response: z.object({ importId: z.uuid() }),
  status: 202,
});

export const readAnnotationImportOperation = operation({
  id: "annotations.read",
  method: "GET",
  path: "/studies/{studyId}/annotation-imports/{importId}",
  summary: "How far an import of annotations is, and what it left out",
  access: { kind: "study", permission: "rounds.import" },
  params: annotationImportParams,
  response: annotationImportSchema,
});
