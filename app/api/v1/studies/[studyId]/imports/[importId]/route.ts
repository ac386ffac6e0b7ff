import { serve } from "@/app/api/serve";
import { readImportOperation } from "@/lib/corpus/api";
import { readImport } from "@/lib/corpus/import/read-import";

export const GET = serve(readImportOperation, ({ actor, params }) => readImport(actor, params.importId));
