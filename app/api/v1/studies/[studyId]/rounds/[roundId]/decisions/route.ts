import { serve } from "@/app/api/serve";
import { submitDecisionsOperation } from "@/lib/validation/api";
import { submitDecisions } from "@/lib/validation/submit-decisions";

export const POST = serve(submitDecisionsOperation, ({ actor, params, body }) =>
  submitDecisions(actor, params.roundId, body),
);
