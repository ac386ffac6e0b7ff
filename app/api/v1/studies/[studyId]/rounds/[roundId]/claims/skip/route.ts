import { serve } from "@/app/api/serve";
import { skipItemOperation } from "@/lib/validation/api";
import { skipItem } from "@/lib/validation/skip-item";

export const POST = serve(skipItemOperation, ({ actor, params, body }) => skipItem(actor, params.roundId, body));
