import { serve } from "@/app/api/serve";
import { readAnnotationImport } from "@/lib/validation/annotations/read-import";
import { readAnnotationImportOperation } from "@/lib/validation/api";

export const GET = serve(readAnnotationImportOperation, ({ actor, params }) =>
  readAnnotationImport(actor, params.importId),
);
