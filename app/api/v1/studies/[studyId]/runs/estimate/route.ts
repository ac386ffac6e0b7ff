import { serve } from "@/app/api/serve";
import { estimateRunOperation } from "@/lib/compute/api";
import { estimateRun } from "@/lib/compute/estimates/estimate-run";

export const POST = serve(estimateRunOperation, ({ actor, body }) => estimateRun(actor, body));
