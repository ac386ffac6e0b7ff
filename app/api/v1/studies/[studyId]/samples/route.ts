import { serve } from "@/app/api/serve";
import { createSampleOperation, listSamplesOperation } from "@/lib/corpus/sampling/api";
import { createSample } from "@/lib/corpus/sampling/create-sample";
import { listSamples } from "@/lib/corpus/sampling/read-samples";

export const GET = serve(listSamplesOperation, async ({ actor }) => ({ samples: await listSamples(actor) }));
export const POST = serve(createSampleOperation, ({ actor, body }) => createSample(actor, body));
