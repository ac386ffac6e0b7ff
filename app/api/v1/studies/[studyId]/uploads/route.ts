import type { ReadableStream } from "node:stream/web";
import { serve } from "@/app/api/serve";
import { uploadOperation } from "@/lib/corpus/api";
import { receiveUpload } from "@/lib/corpus/import/receive-upload";

export const PUT = serve(uploadOperation, ({ actor, query, request }) =>
  receiveUpload(actor, query.fileName, request.body as ReadableStream<Uint8Array> | null),
);
