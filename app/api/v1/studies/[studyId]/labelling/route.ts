import { serve } from "@/app/api/serve";
import { listLabellingOperation, startLabellingOperation } from "@/lib/labelling/api";
import { listLabellingRuns } from "@/lib/labelling/read-labelling";
import { startLabelling } from "@/lib/labelling/start-labelling";

export const GET = serve(listLabellingOperation, async ({ actor }) => ({ runs: await listLabellingRuns(actor) }));
export const POST = serve(startLabellingOperation, ({ actor, body }) => startLabelling(actor, body));
