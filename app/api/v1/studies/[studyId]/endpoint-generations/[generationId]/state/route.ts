import { serve } from "@/app/api/serve";
import { changeGenerationOperation } from "@/lib/generations/api";
import { changeGeneration } from "@/lib/generations/change-generation";

export const POST = serve(changeGenerationOperation, ({ actor, params, body }) =>
  changeGeneration(actor, params.generationId, body.move),
);
