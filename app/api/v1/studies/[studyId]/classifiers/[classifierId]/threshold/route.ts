import { serve } from "@/app/api/serve";
import { setThresholdOperation } from "@/lib/classifiers/api";
import { setThreshold } from "@/lib/classifiers/set-threshold";

export const PUT = serve(setThresholdOperation, ({ actor, params, body }) =>
  setThreshold(actor, params.classifierId, body),
);
