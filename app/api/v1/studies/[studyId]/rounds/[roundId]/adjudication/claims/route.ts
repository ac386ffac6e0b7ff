import { serve } from "@/app/api/serve";
import { claimContestedOperation } from "@/lib/validation/adjudication/api";
import { claimContested } from "@/lib/validation/adjudication/claim-contested";

export const POST = serve(claimContestedOperation, ({ actor, params, body }) =>
  claimContested(actor, params.roundId, body),
);
