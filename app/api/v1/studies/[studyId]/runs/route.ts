import { serve } from "@/app/api/serve";
import { listRunsOperation, startRunOperation } from "@/lib/compute/api";
import { listRuns } from "@/lib/compute/list-runs";
import { startRawRun } from "@/lib/compute/start-raw-run";

export const GET = serve(listRunsOperation, ({ actor, query: { state, kind, ...query } }) =>
  listRuns(actor, { ...query, states: state, kinds: kind }),
);

export const POST = serve(startRunOperation, ({ actor, body }) => startRawRun(actor, body));
