import { serve } from "@/app/api/serve";
import { cancelRunOperation } from "@/lib/compute/api";
import { cancelRun } from "@/lib/compute/cancel-run";

export const POST = serve(cancelRunOperation, ({ actor, params }) => cancelRun(actor, params.runId));
