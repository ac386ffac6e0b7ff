import { serve } from "@/app/api/serve";
import { readDriftOperation } from "@/lib/validation/api";
import { readDrift } from "@/lib/validation/quality/read-drift";

export const GET = serve(readDriftOperation, ({ actor, params, query }) => readDrift(actor, params.roundId, query));
