import { serve } from "@/app/api/serve";
import { readComparisonOperation } from "@/lib/judging/api";
import { readComparison } from "@/lib/judging/read-comparisons";

export const GET = serve(readComparisonOperation, ({ actor, params }) => readComparison(actor, params.comparisonId));
