import { serve } from "@/app/api/serve";
import { readMergeReportOperation } from "@/lib/models/api";
import { readMergeReport } from "@/lib/models/read-merge-report";

export const GET = serve(readMergeReportOperation, async ({ actor, params }) => ({
  tensors: await readMergeReport(actor, params.checkpointId),
}));
