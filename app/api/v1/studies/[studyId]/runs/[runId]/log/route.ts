import { serve } from "@/app/api/serve";
import { readLogOperation } from "@/lib/compute/api";
import { readLog } from "@/lib/compute/read-log";

export const GET = serve(readLogOperation, ({ actor, params, query }) => readLog(actor, params.runId, query));
