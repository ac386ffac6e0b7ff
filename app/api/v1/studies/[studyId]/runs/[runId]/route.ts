import { serve } from "@/app/api/serve";
import { readRunOperation } from "@/lib/compute/api";
import { readRun } from "@/lib/compute/read-run";

export const GET = serve(readRunOperation, ({ actor, params }) => readRun(actor, params.runId));
