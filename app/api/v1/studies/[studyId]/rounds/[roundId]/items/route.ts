import { serve } from "@/app/api/serve";
import { listDecidedItemsOperation } from "@/lib/validation/api";
import { listDecidedItems } from "@/lib/validation/list-decided-items";

export const GET = serve(listDecidedItemsOperation, ({ actor, params, query }) =>
  listDecidedItems(actor, params.roundId, query),
);
