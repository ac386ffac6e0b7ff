import { serve } from "@/app/api/serve";
import { listErrorsOperation } from "@/lib/classifiers/api";
import { listErrors } from "@/lib/classifiers/read-classifiers";

export const GET = serve(listErrorsOperation, ({ actor, params, query }) =>
  listErrors(actor, params.classifierId, query),
);
