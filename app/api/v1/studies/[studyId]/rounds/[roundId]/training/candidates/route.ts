import { serve } from "@/app/api/serve";
import { listCandidatesOperation } from "@/lib/validation/training/api";
import { listCandidates } from "@/lib/validation/training/list-candidates";

export const GET = serve(listCandidatesOperation, ({ actor, params, query }) =>
  listCandidates(actor, params.roundId, query),
);
