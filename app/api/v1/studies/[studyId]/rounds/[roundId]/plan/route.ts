import { serve } from "@/app/api/serve";
import { planRoundOperation } from "@/lib/validation/api";
import { planRound } from "@/lib/validation/sampling/plan-round";

export const GET = serve(planRoundOperation, ({ actor, params }) => planRound(actor, params.roundId));
