import { serve } from "@/app/api/serve";
import { verifyBlindingOperation } from "@/lib/judging/api";
import { verifyBlinding } from "@/lib/judging/read-comparisons";

export const GET = serve(verifyBlindingOperation, ({ actor, params }) => verifyBlinding(actor, params.comparisonId));
