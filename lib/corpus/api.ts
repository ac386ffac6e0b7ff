import { z } from "zod";
import { operation } from "@/lib/platform/http/operation";
import {
  corpusDetailSchema,
  corpusSchema,
  documentExcerptSchema,
  documentPositionSchema,
  documentSchema,
  importPreviewSchema,
  importSchema,
  importSourceSchema,
  rejectCodeSchema,
  rejectedLineSchema,
  serverFileSchema,
  startImportSchema,
  uploadSchema,
} from "./schema";

const studyParams = z.object({ studyId: z.uuid() });
const corpusParams = studyParams.extend({ corpusId: z.uuid() });
const importParams = studyParams.extend({ importId: z.uuid() });
const uploadParams = studyParams.extend({ uploadId: z.uuid() });
const mayRead = { kind: "study", permission: "corpora.read" } as const;
const mayImport = { kind: "study", permission: "corpora.import" } as const;

export const listCorporaOperation = operation({
  id: "corpora.list",
  method: "GET",
  path: "/studies/{studyId}/corpora",
  summary: "Corpora, newest first, with their imports",
  access: mayRead,
  params: studyParams,
  response: z.object({ corpora: z.array(corpusSchema) }),
});

export const readCorpusOperation = operation({
  id: "corpora.read",
  method: "GET",
  path: "/studies/{studyId}/corpora/{corpusId}",
  summary: "A corpus with its counts, lengths, sources and languages",
  access: mayRead,
  params: corpusParams,
  response: corpusDetailSchema,
});

export const deleteFailedCorpusOperation = operation({
  id: "corpora.delete",
  method: "DELETE",
  path: "/studies/{studyId}/corpora/{corpusId}",
  summary: "Remove the entry of an import that failed or was cancelled; a corpus that is ready stays",
  access: mayImport,
  params: corpusParams,
});

export const listDocumentsOperation = operation({
  id: "corpora.documents",
  method: "GET",
  path: "/studies/{studyId}/corpora/{corpusId}/documents",
  summary: "Documents in the order of the corpus, all or those that contain a text or have that id",
  access: mayRead,
  params: corpusParams,
  query: z.object({
    search: z.string().trim().max(200).default(""),
    from: documentPositionSchema.default("0-0"),
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  response: z.object({
    documents: z.array(documentExcerptSchema),
    /** where to go on; null at the end of the corpus */
    next: documentPositionSchema.nullable(),
    /** false: the search stopped after some seconds before the page was full; go on at `next` */
    pageComplete: z.boolean(),
  }),
});

export const readDocumentOperation = operation({
  id: "corpora.document",
  method: "GET",
  path: "/studies/{studyId}/corpora/{corpusId}/documents/{position}",
  summary: "A document of a corpus with its whole text",
  access: mayRead,
  params: corpusParams.extend({ position: documentPositionSchema }),
  response: documentSchema,
});

export const createUploadOperation = operation({
  id: "imports.upload",
  method: "POST",
  path: "/studies/{studyId}/imports/uploads",
  summary: "Announce a file; its bytes follow in one or more parts",
  access: mayImport,
  params: studyParams,
  body: z.strictObject({ fileName: z.string().trim().min(1).max(255), bytes: z.number().int().min(1) }),
  response: uploadSchema,
  status: 201,
});

export const receiveUploadOperation = operation({
  id: "imports.upload-part",
  method: "PUT",
  path: "/studies/{studyId}/imports/uploads/{uploadId}",
  summary: "Send bytes of an announced file from an offset on; what arrived before may be sent again",
  access: mayImport,
  params: uploadParams,
  query: z.object({ offset: z.coerce.number().int().min(0).default(0) }),
  rawBody: { contentType: "application/octet-stream" },
  response: uploadSchema,
});

export const deleteUploadOperation = operation({
  id: "imports.delete-upload",
  method: "DELETE",
  path: "/studies/{studyId}/imports/uploads/{uploadId}",
  summary: "Remove an uploaded file that no import uses",
  access: mayImport,
  params: uploadParams,
});

export const listServerFilesOperation = operation({
  id: "imports.server-files",
  method: "GET",
  path: "/studies/{studyId}/imports/server-files",
  summary: "Files that may be imported by their path on the server (STUDIO_IMPORT_ROOTS)",
  access: mayImport,
  params: studyParams,
  response: z.object({ roots: z.array(z.string()), files: z.array(serverFileSchema) }),
});

export const previewImportOperation = operation({
  id: "imports.preview",
  method: "POST",
  path: "/studies/{studyId}/imports/preview",
  summary: "Columns of a file, as its first lines show them, and which is likely what",
  access: mayImport,
  params: studyParams,
  body: z.strictObject({ source: importSourceSchema }),
  response: importPreviewSchema,
});

export const startImportOperation = operation({
  id: "imports.start",
  method: "POST",
  path: "/studies/{studyId}/imports",
  summary: "Import a file as a new corpus",
  access: mayImport,
  params: studyParams,
  body: startImportSchema,
  response: z.object({ importId: z.uuid(), corpusId: z.uuid() }),
  status: 202,
});

export const readImportOperation = operation({
  id: "imports.read",
  method: "GET",
  path: "/studies/{studyId}/imports/{importId}",
  summary: "State and progress of an import",
  access: mayRead,
  params: importParams,
  response: importSchema,
});

export const cancelImportOperation = operation({
  id: "imports.cancel",
  method: "POST",
  path: "/studies/{studyId}/imports/{importId}/cancel",
  summary: "End an import; nothing of its corpus stays",
  access: mayImport,
  params: importParams,
  response: importSchema,
});

const codeQuery = z.object({ code: rejectCodeSchema.optional() });

export const listRejectsOperation = operation({
  id: "imports.rejects",
  method: "GET",
  path: "/studies/{studyId}/imports/{importId}/rejects",
  summary: "Refused lines by number, of the first thousand that were kept",
  access: mayRead,
  params: importParams,
  query: codeQuery.extend({ after: z.coerce.number().int().min(0).default(0) }),
  response: z.object({ lines: z.array(rejectedLineSchema), next: z.number().nullable() }),
});

export const downloadRejectsOperation = operation({
  id: "imports.rejects-csv",
  method: "GET",
  path: "/studies/{studyId}/imports/{importId}/rejects.csv",
  summary: "Refused lines as CSV",
  access: mayRead,
  params: importParams,
  query: codeQuery,
  file: { contentType: "text/csv" },
});
