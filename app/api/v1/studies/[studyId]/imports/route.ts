import { serve } from "@/app/api/serve";
import { startImportOperation } from "@/lib/corpus/api";
import { startImport } from "@/lib/corpus/import/start-import";

export const POST = serve(startImportOperation, ({ actor, body }) => startImport(actor, body));
