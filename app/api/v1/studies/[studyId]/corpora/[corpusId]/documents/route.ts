import { serve } from "@/app/api/serve";
import { listDocumentsOperation } from "@/lib/corpus/api";
import { listDocuments } from "@/lib/corpus/documents/list-documents";

export const GET = serve(listDocumentsOperation, ({ actor, params, query }) =>
  listDocuments(actor, params.corpusId, query),
);
