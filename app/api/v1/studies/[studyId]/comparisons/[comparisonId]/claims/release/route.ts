import { serve } from "@/app/api/serve";
import { releasePairsOperation } from "@/lib/judging/api";
import { releasePairs } from "@/lib/judging/release-pairs";

export const POST = serve(releasePairsOperation, ({ actor, params, body }) =>
  releasePairs(actor, params.comparisonId, body),
);
