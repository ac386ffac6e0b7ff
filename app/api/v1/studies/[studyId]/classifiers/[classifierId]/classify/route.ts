import { serve } from "@/app/api/serve";
import { classifyTextOperation } from "@/lib/classifiers/api";
import { classifyText } from "@/lib/classifiers/classify-text";

export const POST = serve(classifyTextOperation, ({ actor, params, body }) =>
  classifyText(actor, params.classifierId, body.text),
);
