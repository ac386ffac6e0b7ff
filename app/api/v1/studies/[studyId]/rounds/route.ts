import { serve } from "@/app/api/serve";
import { createRoundOperation, listRoundsOperation } from "@/lib/validation/api";
import { createRound } from "@/lib/validation/create-round";
import { listRounds } from "@/lib/validation/list-rounds";

export const GET = serve(listRoundsOperation, async ({ actor }) => ({ rounds: await listRounds(actor) }));
export const POST = serve(createRoundOperation, ({ actor, body }) => createRound(actor, body));
