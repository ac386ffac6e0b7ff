import { serve } from "@/app/api/serve";
import { startAnnotationImport } from "@/lib/validation/annotations/start-import";
import { startAnnotationImportOperation } from "@/lib/validation/api";

export const POST = serve(startAnnotationImportOperation, ({ actor, body }) => startAnnotationImport(actor, body));
