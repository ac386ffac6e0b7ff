import { serve } from "@/app/api/serve";
import { compareLabellingsOperation } from "@/lib/validation/api";
import { compareLabellings } from "@/lib/validation/quality/compare-labellings";

export const GET = serve(compareLabellingsOperation, async ({ actor, params, query }) => ({
  comparison: await compareLabellings(actor, params.roundId, query),
}));
