import { serve } from "@/app/api/serve";
import { readDocumentOperation } from "@/lib/corpus/api";
import { readDocument } from "@/lib/corpus/documents/read-document";

export const GET = serve(readDocumentOperation, ({ actor, params }) =>
  readDocument(actor, params.corpusId, params.position),
);
