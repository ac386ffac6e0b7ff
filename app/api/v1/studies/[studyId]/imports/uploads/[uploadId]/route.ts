import { serve } from "@/app/api/serve";
import { deleteUploadOperation, receiveUploadOperation } from "@/lib/corpus/api";
import { deleteUpload } from "@/lib/corpus/uploads/delete-upload";
import { receiveUpload } from "@/lib/corpus/uploads/receive-upload";
import { viewUpload } from "@/lib/corpus/uploads/upload-store";

export const PUT = serve(receiveUploadOperation, async ({ actor, params, query, request }) =>
  viewUpload(await receiveUpload(actor, params.uploadId, query.offset, request.body ?? noBytes())),
);
export const DELETE = serve(deleteUploadOperation, ({ actor, params }) => deleteUpload(actor, params.uploadId));

async function* noBytes(): AsyncGenerator<Uint8Array> {}
