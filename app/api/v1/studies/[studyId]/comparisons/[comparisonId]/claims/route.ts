import { serve } from "@/app/api/serve";
import { claimPairsOperation } from "@/lib/judging/api";
import { claimPairs } from "@/lib/judging/claim-pairs";

export const POST = serve(claimPairsOperation, ({ actor, params, body }) =>
  claimPairs(actor, params.comparisonId, body),
);
