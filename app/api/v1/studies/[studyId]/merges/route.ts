import { serve } from "@/app/api/serve";
import { startMergeOperation } from "@/lib/models/api";
import { startMerge } from "@/lib/models/start-merge";

export const POST = serve(startMergeOperation, ({ actor, body }) => startMerge(actor, body));
