import { serve } from "@/app/api/serve";
import { startPretrainingOperation } from "@/lib/models/api";
import { startPretraining } from "@/lib/models/start-pretraining";

export const POST = serve(startPretrainingOperation, ({ actor, body }) => startPretraining(actor, body));
