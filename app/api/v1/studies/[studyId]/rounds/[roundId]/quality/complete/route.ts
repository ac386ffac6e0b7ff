import { serve } from "@/app/api/serve";
import { readCompleteQualityOperation } from "@/lib/validation/api";
import { readCompleteQuality } from "@/lib/validation/quality/export-quality";

export const GET = serve(readCompleteQualityOperation, ({ actor, params, query }) =>
  readCompleteQuality(actor, params.roundId, query),
);
