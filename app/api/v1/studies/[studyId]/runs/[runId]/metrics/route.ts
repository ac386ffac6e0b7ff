import { serve } from "@/app/api/serve";
import { readMetricsOperation } from "@/lib/compute/api";
import { readMetrics } from "@/lib/compute/read-metrics";

export const GET = serve(readMetricsOperation, ({ actor, params, query }) =>
  readMetrics(actor, params.runId, query.name, query.limit),
);
