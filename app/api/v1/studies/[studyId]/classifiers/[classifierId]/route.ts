import { serve } from "@/app/api/serve";
import { readClassifierOperation } from "@/lib/classifiers/api";
import { readClassifier } from "@/lib/classifiers/read-classifiers";

export const GET = serve(readClassifierOperation, ({ actor, params }) => readClassifier(actor, params.classifierId));
