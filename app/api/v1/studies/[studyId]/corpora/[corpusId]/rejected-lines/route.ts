import { serve } from "@/app/api/serve";
import { listRejectedLinesOperation } from "@/lib/corpus/api";
import { listRejectedLines } from "@/lib/corpus/read-corpora";

export const GET = serve(listRejectedLinesOperation, async ({ actor, params }) => ({
  lines: await listRejectedLines(actor, params.corpusId),
}));
