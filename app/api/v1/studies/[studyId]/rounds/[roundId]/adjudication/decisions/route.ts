import { serve } from "@/app/api/serve";
import { submitAdjudicationsOperation } from "@/lib/validation/adjudication/api";
import { submitAdjudications } from "@/lib/validation/adjudication/keep-adjudication";

export const POST = serve(submitAdjudicationsOperation, ({ actor, params, body }) =>
  submitAdjudications(actor, params.roundId, body),
);
