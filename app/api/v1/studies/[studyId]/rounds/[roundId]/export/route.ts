import { streamedFileResponse } from "@/app/api/file-response";
import { serve } from "@/app/api/serve";
import { exportRoundOperation } from "@/lib/validation/api";
import { exportRound } from "@/lib/validation/export/export-round";

export const GET = serve(exportRoundOperation, async ({ actor, params, query, request }) => {
  const { fileName, contentType, content } = await exportRound(actor, params.roundId, query, request.signal);
  return streamedFileResponse(fileName, contentType, content);
});
