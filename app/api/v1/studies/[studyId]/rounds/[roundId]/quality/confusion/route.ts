import { fileResponse } from "@/app/api/file-response";
import { serve } from "@/app/api/serve";
import { exportConfusionOperation } from "@/lib/validation/api";
import { exportConfusion } from "@/lib/validation/quality/export-quality";

export const GET = serve(exportConfusionOperation, async ({ actor, params, query }) =>
  fileResponse("confusion.csv", "text/csv", await exportConfusion(actor, params.roundId, query)),
);
