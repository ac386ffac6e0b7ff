import { serve } from "@/app/api/serve";
import { readQualityOperation } from "@/lib/validation/api";
import { readQuality } from "@/lib/validation/quality/read-quality";

export const GET = serve(readQualityOperation, ({ actor, params, query }) => readQuality(actor, params.roundId, query));
