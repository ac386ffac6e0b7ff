import { serve } from "@/app/api/serve";
import { createUploadOperation } from "@/lib/corpus/api";
import { createUpload, viewUpload } from "@/lib/corpus/uploads/upload-store";

export const POST = serve(createUploadOperation, async ({ actor, body }) =>
  viewUpload(await createUpload(actor, body)),
);
