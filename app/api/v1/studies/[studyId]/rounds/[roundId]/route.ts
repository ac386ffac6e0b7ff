import { serve } from "@/app/api/serve";
import { changeRoundOperation, readRoundOperation } from "@/lib/validation/api";
import { changeRound } from "@/lib/validation/change-round";
import { readRound } from "@/lib/validation/read-round";

export const GET = serve(readRoundOperation, ({ actor, params }) => readRound(actor, params.roundId));
export const PATCH = serve(changeRoundOperation, ({ actor, params, body }) => changeRound(actor, params.roundId, body));
