import { serve } from "@/app/api/serve";
import { changeGenerationBudgetOperation } from "@/lib/generations/api";
import { changeGenerationBudget } from "@/lib/generations/change-generation";

export const PUT = serve(changeGenerationBudgetOperation, ({ actor, params, body }) =>
  changeGenerationBudget(actor, params.generationId, body.tokenBudget),
);
