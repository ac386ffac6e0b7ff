import { fileResponse } from "@/app/api/file-response";
import { serve } from "@/app/api/serve";
import { exportDetailsOperation } from "@/lib/validation/api";
import { exportDetails } from "@/lib/validation/quality/export-quality";

export const GET = serve(exportDetailsOperation, async ({ actor, params, query }) =>
  fileResponse("label-quality-details.csv", "text/csv", await exportDetails(actor, params.roundId, query)),
);
