import { serve } from "@/app/api/serve";
import { openRoundOperation } from "@/lib/validation/api";
import { openRound } from "@/lib/validation/open-round";

export const POST = serve(openRoundOperation, ({ actor, params }) => openRound(actor, params.roundId));
