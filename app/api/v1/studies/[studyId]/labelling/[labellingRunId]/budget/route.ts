import { serve } from "@/app/api/serve";
import { changeLabellingBudgetOperation } from "@/lib/labelling/api";
import { changeLabellingBudget } from "@/lib/labelling/change-labelling";

export const PUT = serve(changeLabellingBudgetOperation, ({ actor, params, body }) =>
  changeLabellingBudget(actor, params.labellingRunId, body.tokenBudget),
);
