import { serve } from "@/app/api/serve";
import { listSampleItemsOperation } from "@/lib/corpus/sampling/api";
import { listSampleItems } from "@/lib/corpus/sampling/read-samples";

export const GET = serve(listSampleItemsOperation, ({ actor, params, query }) =>
  listSampleItems(actor, params.sampleId, query.after, query.draw),
);
