import { serve } from "@/app/api/serve";
import { readPaceOperation } from "@/lib/validation/api";
import { readPace } from "@/lib/validation/quality/read-pace";

export const GET = serve(readPaceOperation, ({ actor, params }) => readPace(actor, params.roundId));
