import { serve } from "@/app/api/serve";
import { repeatRunOperation } from "@/lib/compute/api";
import { repeatRun } from "@/lib/compute/repeat-run";

export const POST = serve(repeatRunOperation, ({ actor, params, query }) =>
  repeatRun(actor, params.runId, query.startKey),
);
