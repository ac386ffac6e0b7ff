import { serve } from "@/app/api/serve";
import { readLabellingOperation } from "@/lib/labelling/api";
import { readLabellingRun } from "@/lib/labelling/read-labelling";

export const GET = serve(readLabellingOperation, ({ actor, params }) => readLabellingRun(actor, params.labellingRunId));
