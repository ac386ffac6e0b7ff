import { serve } from "@/app/api/serve";
import { previewImportOperation } from "@/lib/corpus/api";
import { previewImport } from "@/lib/corpus/import/preview-import";

export const POST = serve(previewImportOperation, ({ actor, body }) => previewImport(actor, body.source));
