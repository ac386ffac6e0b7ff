import { serve } from "@/app/api/serve";
import { claimItemsOperation } from "@/lib/validation/api";
import { claimItems } from "@/lib/validation/claim-items";

export const POST = serve(claimItemsOperation, ({ actor, params, body }) => claimItems(actor, params.roundId, body));
