import { serve } from "@/app/api/serve";
import { readOutputOperation } from "@/lib/compute/api";
import { readOutput } from "@/lib/compute/read-output";

export const GET = serve(readOutputOperation, ({ actor, params }) => readOutput(actor, params.runId));
