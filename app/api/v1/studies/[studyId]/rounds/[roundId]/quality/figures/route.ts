import { fileResponse } from "@/app/api/file-response";
import { serve } from "@/app/api/serve";
import { exportFiguresOperation } from "@/lib/validation/api";
import { exportFigures } from "@/lib/validation/quality/export-quality";

export const GET = serve(exportFiguresOperation, async ({ actor, params, query }) =>
  fileResponse("label-quality.csv", "text/csv", await exportFigures(actor, params.roundId, query)),
);
