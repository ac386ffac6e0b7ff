import { serve } from "@/app/api/serve";
import { inspectClassifierOperation } from "@/lib/classifiers/api";
import { inspectClassifier } from "@/lib/classifiers/read-classifiers";

export const GET = serve(inspectClassifierOperation, ({ actor, params, query }) =>
  inspectClassifier(actor, params.classifierId, query.threshold),
);
