import { serve } from "@/app/api/serve";
import { cancelImportOperation } from "@/lib/corpus/api";
import { cancelImport } from "@/lib/corpus/import/start-import";

export const POST = serve(cancelImportOperation, ({ actor, params }) => cancelImport(actor, params.corpusId));
