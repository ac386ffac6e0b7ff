import { serve } from "@/app/api/serve";
import { closeRoundOperation } from "@/lib/validation/api";
import { closeRound } from "@/lib/validation/close-round";

export const POST = serve(closeRoundOperation, ({ actor, params }) => closeRound(actor, params.roundId));
