import { serve } from "@/app/api/serve";
import { previewAnnotations } from "@/lib/validation/annotations/preview-annotations";
import { previewAnnotationsOperation } from "@/lib/validation/api";

export const POST = serve(previewAnnotationsOperation, ({ actor, body, request }) =>
  previewAnnotations(actor, body, request.signal),
);
