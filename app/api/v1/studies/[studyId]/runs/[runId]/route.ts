import { serve } from "@/app/api/serve";
import { changeRunOperation, readRunOperation } from "@/lib/compute/api";
import { changePriority } from "@/lib/compute/change-priority";
import { readRun } from "@/lib/compute/read-run";

export const GET = serve(readRunOperation, ({ actor, params }) => readRun(actor, params.runId));
export const PATCH = serve(changeRunOperation, ({ actor, params, body }) =>
  changePriority(actor, params.runId, body.priority),
);
