import { serve } from "@/app/api/serve";
import { changeComparisonOperation } from "@/lib/judging/api";
import { closeComparison, openComparison } from "@/lib/judging/change-comparison";

export const POST = serve(changeComparisonOperation, ({ actor, params, body }) =>
  body.move === "open" ? openComparison(actor, params.comparisonId) : closeComparison(actor, params.comparisonId),
);
