import { serve } from "@/app/api/serve";
import { listLlmLabelsOperation } from "@/lib/labelling/api";
import { listLlmLabels } from "@/lib/labelling/read-labelling";

export const GET = serve(listLlmLabelsOperation, ({ actor, params, query }) =>
  listLlmLabels(actor, params.labellingRunId, query),
);
