import { serve } from "@/app/api/serve";
import { createDrawOperation } from "@/lib/corpus/sampling/api";
import { createDraw } from "@/lib/validation/sampling/create-draw";

export const POST = serve(createDrawOperation, ({ actor, params, body }) => createDraw(actor, params.sampleId, body));
