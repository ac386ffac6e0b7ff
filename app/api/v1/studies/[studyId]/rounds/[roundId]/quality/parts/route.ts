import { serve } from "@/app/api/serve";
import { readPartsOperation } from "@/lib/validation/api";
import { readParts } from "@/lib/validation/quality/read-parts";

export const GET = serve(readPartsOperation, async ({ actor, params, query }) => ({
  parts: await readParts(actor, params.roundId, query),
}));
