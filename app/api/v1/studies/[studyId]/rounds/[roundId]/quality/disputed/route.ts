import { serve } from "@/app/api/serve";
import { listDisputedOperation } from "@/lib/validation/api";
import { listDisputed } from "@/lib/validation/quality/list-disputed";

export const GET = serve(listDisputedOperation, ({ actor, params }) => listDisputed(actor, params.roundId));
