import { serve } from "@/app/api/serve";
import { readSampleOperation } from "@/lib/corpus/sampling/api";
import { readSample } from "@/lib/corpus/sampling/read-samples";

export const GET = serve(readSampleOperation, ({ actor, params, query }) =>
  readSample(actor, params.sampleId, query.draw),
);
