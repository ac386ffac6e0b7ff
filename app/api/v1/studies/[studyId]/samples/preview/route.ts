import { serve } from "@/app/api/serve";
import { previewSampleOperation } from "@/lib/corpus/sampling/api";
import { previewSample } from "@/lib/validation/sampling/preview-sample";

export const POST = serve(previewSampleOperation, ({ actor, body }) => previewSample(actor, body));
