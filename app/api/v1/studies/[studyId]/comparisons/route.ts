import { serve } from "@/app/api/serve";
import { createComparisonOperation, listComparisonsOperation } from "@/lib/judging/api";
import { createComparison } from "@/lib/judging/create-comparison";
import { listComparisons } from "@/lib/judging/read-comparisons";

export const GET = serve(listComparisonsOperation, async ({ actor }) => ({
  comparisons: await listComparisons(actor),
}));
export const POST = serve(createComparisonOperation, ({ actor, body }) => createComparison(actor, body));
