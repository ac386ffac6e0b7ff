import { serve } from "@/app/api/serve";
import { listRejectsOperation } from "@/lib/corpus/api";
import { listRejects } from "@/lib/corpus/import/read-rejects";

export const GET = serve(listRejectsOperation, ({ actor, params, query }) =>
  listRejects(actor, params.importId, query),
);
